"""Names of things as the log has them, made up by whoever types an address: they are nothing to any
plugin, and no plugin fails over them."""

import pytest
from sqlalchemy import func, select

from eak_core.kit.testing.site import Site
from eak_core.plugins.loading.host import get_host
from eak_core.plugins.per_service.models import PluginFault

FOLLOWED = ("idea", "voting.ballot", "matchmaking.organisation", "experiments.experiment")
#: None of these is the number of a row: too large for a database, no figures of ours, no number.
MADE_UP = ("9999999999", "9" * 30, "٣", "²", "-1", "1:2", "x")


def failures(site: Site) -> list[tuple[str, str]]:
    with site.reading() as session:
        query = select(PluginFault.plugin, func.max(PluginFault.traceback))
        return [tuple(row) for row in session.execute(query.group_by(PluginFault.plugin))]


@pytest.mark.parametrize("kind", FOLLOWED)
def test_nothing_that_is_made_up_is_followed_and_no_plugin_fails(site: Site, kind: str) -> None:
    for plugin in ("discussion", "voting", "matchmaking", "experiments"):
        site.enable(plugin)
    browser = site.browser()
    browser.sign_in(site.people.citizen)
    token = browser.read("/compte/").form("profil").filled({})["csrf_token"]
    for number in MADE_UP:
        answer = browser.post(f"/culture/suivre/{kind}:{number}", data={"csrf_token": token})
        assert answer.status_code == 404, number
    assert failures(site) == []


def test_nothing_that_is_made_up_is_reported_and_no_plugin_fails(site: Site) -> None:
    names = (
        "discussion.comment",
        "matchmaking.offer",
        "experiments.entry",
        "ambassadors.ambassador",
    )
    for plugin in ("discussion", "matchmaking", "experiments", "ambassadors"):
        site.enable(plugin)
    with site.app.test_request_context("/culture/"), site.reading() as session:
        subjects = [f"{name}:{number}" for name in names for number in MADE_UP]
        answers = get_host().call_each(
            "reportable_things", site.active(),
            session=session, service=site.service, subjects=subjects,
        )  # fmt: skip
        assert {owner: dict(things) for owner, things in answers if things} == {}
    assert failures(site) == []
