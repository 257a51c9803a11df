"""Claiming events by class, by name, by the beginning of names, or all of them."""

from collections.abc import Sequence
from typing import Any

import pytest
from flask import Flask

from eak_core.db import read_session, write_session
from eak_core.events import (
    Code,
    Context,
    Event,
    EventError,
    Recorded,
    event,
    publish,
    subscriber,
    subscriptions,
    upcast,
)
from eak_core.events.marks import set_marks
from eak_core.events.models import Subscription
from eak_core.events.worker import Worker
from eak_core.kit.testing.queries import Queries
from tests.core.events.probe import (
    SERVICE,
    Listener,
    MakeApp,
    drain,
    effects,
    happen,
    note,
)
from tests.core.events.subscribed import make_due, parked, start

OTHER = Listener("other")


@event(OTHER, "other.began", version=1, subject="other:{number}")
class Began(Event):
    """Something began elsewhere."""

    number: int
    how: Code = "well"


@event(OTHER, "other.ended", version=1, subject="other:{number}")
class Ended(Event):
    """Something ended elsewhere."""

    number: int


ALIKE = Listener("others")


@event(ALIKE, "others.began", version=1, subject="other:{number}")
class OthersBegan(Event):
    """Something that is not called alike."""

    number: int


def all_happens(app: Flask) -> None:
    for number, what in enumerate((Began, OthersBegan, Ended), start=1):
        with write_session(app) as session:
            publish(session, what(number=number), service_id=SERVICE)
    happen(app, 4)


#: What a handler was given: the name, and the payload.
Seen = list[tuple[str, Any]]


def seeing(*claims: Any, batch: bool = False, name: str = "reader") -> tuple[Listener, Seen]:
    """A plugin that notes what it is given."""
    reader, seen = Listener(name), Seen()

    if batch:

        @subscriber(reader, *claims, batch=True)
        def see_all(events: Sequence[Recorded], ctx: Context) -> None:
            seen.extend((each.type, each.data) for each in events)

    else:

        @subscriber(reader, *claims)
        def see(event: Any, ctx: Context) -> None:
            seen.append((ctx.type, event))

    return reader, seen


@pytest.mark.parametrize("batch", [False, True])
@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        (("other.ended",), [("other.ended", {"number": 3})]),
        (
            ("other.",),
            [("other.began", {"number": 1, "how": "well"}), ("other.ended", {"number": 3})],
        ),
        (
            ("*",),
            [
                ("other.began", {"number": 1, "how": "well"}),
                ("others.began", {"number": 2}),
                ("other.ended", {"number": 3}),
                ("probe.happened", {"thing": 1, "number": 4}),
            ],
        ),
        # What is claimed by its class is of that class, whatever else claims it.
        (
            ("other.", Ended, "other.ended"),
            [("other.began", {"number": 1, "how": "well"}), ("other.ended", Ended(number=3))],
        ),
    ],
)
def test_each_is_given_what_it_claims_once(
    make_app: MakeApp, claims: tuple[Any, ...], expected: Seen, batch: bool
) -> None:
    reader, seen = seeing(*claims, batch=batch)
    app = make_app(reader, OTHER, ALIKE)
    start(app, "reader")
    all_happens(app)
    drain(app)
    assert seen == expected
    assert [type(data) for _name, data in seen] == [type(data) for _name, data in expected]


def test_handlers_of_one_plugin_each_see_an_event_in_their_own_way(make_app: MakeApp) -> None:
    reader, seen = seeing("other.", name="reader")

    @subscriber(reader, Began)
    def see_class(event: Began, ctx: Context) -> None:
        seen.append((ctx.type, event))

    app = make_app(reader, OTHER, ALIKE)
    start(app, "reader")
    all_happens(app)
    drain(app)
    assert seen == [
        ("other.began", {"number": 1, "how": "well"}),
        ("other.began", Began(number=1)),
        ("other.ended", {"number": 3}),
    ]


@pytest.mark.parametrize("claim", ["other.", "other.began", "*"])
def test_early_late_and_rebuilt_are_the_same_though_the_publisher_went(
    make_app: MakeApp, claim: str
) -> None:
    early, seen_early = seeing(claim, name="early")
    late, seen_late = seeing(claim, name="late")
    app = make_app(early, late, OTHER, ALIKE)
    start(app, "early")
    all_happens(app)
    drain(app)
    gone = make_app(early, late)
    start(gone, "late")
    drain(gone)
    assert seen_early == seen_late != []
    before = seen_early.copy()
    seen_early.clear()
    with write_session(gone) as session:
        subscriptions.rebuild(session, "early", SERVICE, lambda *_: None)
    drain(gone)
    assert seen_early == before


def test_what_is_claimed_by_its_name_is_brought_up_to_the_version_that_is_installed(
    make_app: MakeApp,
) -> None:
    reader, seen = seeing("other.")
    app = make_app(reader, OTHER)
    start(app, "reader")
    with write_session(app) as session:
        publish(session, Began(number=1), service_id=SERVICE)
    newer = Listener("other")

    @event(newer, "other.began", version=2, subject="other:{count}")
    class BeganAgain(Event):
        """Something began, and is called otherwise."""

        count: int

    @upcast(newer, "other.began", 1)
    def renamed(fields: dict[str, Any]) -> dict[str, Any]:
        return {"count": fields["number"]}

    drain(make_app(reader, newer))
    assert seen == [("other.began", {"count": 1})]


def test_only_what_is_claimed_is_handled_and_the_rest_is_passed_over(make_app: MakeApp) -> None:
    reader, seen = seeing("other.")
    app = make_app(reader, OTHER, ALIKE)
    start(app, "reader")
    happen(app, *range(20))
    worker = Worker(app)
    assert worker.advance("reader", SERVICE, idly=False) == (0, False), "nothing that it claims"
    assert worker.advance("reader", SERVICE) == (20, False)
    all_happens(app)
    assert worker.advance("reader", SERVICE, idly=False) == (4, True)
    assert [name for name, _data in seen] == ["other.began", "other.ended"]
    with read_session(app) as session:
        subscription = session.get_one(Subscription, ("reader", SERVICE))
        assert (subscription.position, subscription.handled) == (24, 2)


def test_nobody_else_pays_for_a_claim_by_prefix_or_of_all(make_app: MakeApp) -> None:
    """Many votes and one reader of them: the others pass over them as they always did."""

    def sent(*listeners: Listener, service_id: int) -> list[str]:
        app = make_app(*listeners)
        for each in listeners:
            start(app, each.name, service_id)
        happen(app, *range(5), service_id=service_id)
        with Queries(app) as queries:
            Worker(app).advance("idle", service_id)
        return queries.statements

    idle, _seen = seeing("elsewhere.happened", name="idle")
    alone = sent(idle, service_id=1)
    beside = [seeing(claim, name=name)[0] for claim, name in (("probe.", "some"), ("*", "all"))]
    assert sent(idle, *beside, service_id=2) == alone
    assert not any("LIKE" in statement for statement in alone)


def test_a_plugin_that_was_purged_is_not_handed_its_own_by_their_beginning(
    make_app: MakeApp,
) -> None:
    reader, seen = seeing("*", name="other")
    reader.events = OTHER.events
    app = make_app(reader, ALIKE)
    start(app, "other")
    all_happens(app)
    with write_session(app) as session:
        set_marks(session, "other", [SERVICE])
    drain(app)
    assert [name for name, _data in seen] == ["others.began", "probe.happened"]


def test_what_fails_is_parked_and_tried_again_as_any_other(make_app: MakeApp) -> None:
    reader, broken = Listener("reader"), [True]

    @subscriber(reader, "probe.")
    def fail_once(event: dict[str, Any], ctx: Context) -> None:
        if broken:
            raise ValueError(event)
        note(ctx, event["number"])

    app = make_app(reader)
    start(app, "reader")
    happen(app, 1, 2)
    Worker(app).work()
    assert [each.position for each in parked(app)] == [1, 2]
    broken.clear()
    for _time in range(2):
        make_due(app)
        Worker(app).work()
    assert effects(app, "reader") == [1, 2]


@pytest.mark.parametrize(
    "claim", ["", "other", ".", "other.*", "Other.", "*.began", "other..", "a b."]
)
def test_what_could_be_no_name_is_refused(claim: str) -> None:
    with pytest.raises(EventError, match="no event is called"):
        subscriber(Listener(), claim)


def test_a_beginning_is_no_pattern(make_app: MakeApp) -> None:
    """An underscore stands for itself, though databases take it for any letter."""
    reader, seen = seeing("ot_er.")
    app = make_app(reader, OTHER, ALIKE)
    start(app, "reader")
    all_happens(app)
    worker = Worker(app)
    assert worker.advance("reader", SERVICE, idly=False) == (0, False), "nothing that it claims"
    assert worker.advance("reader", SERVICE) == (4, False)
    assert seen == []
