"""Requests that no browser sends: each gets an answer of the 4xx kind, and nothing is written."""

import json
from typing import Any

import pytest
from sqlalchemy import select

from eak_core.errors import Conflict
from eak_core.events.models import EventLog
from eak_core.ideas.models import Idea
from eak_core.ideas.proposing.proposals import Proposal, save_draft, submit_idea
from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.conformance.addresses import WRITING, filled
from eak_core.kit.testing.people import People
from eak_core.kit.testing.site import Site
from eak_core.kit.testing.sites import Sites
from eak_core.permissions import Actor
from eak_core.plugins.loading.host import get_host
from eak_core.web.signed_links import PUBLIC_POST, LinkRefused

ON_ONE = pytest.mark.parametrize("database", ["sqlite"])
"""For what is refused before any statement."""

HUGE = ("2147483648", "9223372036854775808", "9" * 40, "9" * 5_000)

#: Addresses with a number in them, and who may ask for them.
NUMBERED = (
    ("GET", "/culture/idees/{}"),
    ("GET", "/culture/idees/{}/modifier"),
    ("POST", "/culture/idees/{}/etape"),
    ("POST", "/culture/gestion/sujets/{}"),
    ("POST", "/culture/gestion/criteres/{}"),
    ("POST", "/culture/gestion/idees/{}/masquer"),
    ("POST", "/culture/gestion/equipe/{}/retirer"),
    ("POST", "/culture/gestion/equipe/invitations/{}/annuler"),
    ("POST", "/compte/invitations/{}/accepter"),
)
#: Pages with a form, and what their fields are called.
FORMS = (
    "/culture/idees/nouvelle",
    "/culture/gestion/reglages",
    "/culture/gestion/sujets",
    "/culture/gestion/equipe/invitations",
    "/compte/profil",
    "/compte/effacer",
    "/admin/personnes/",
    "/admin/services/nouveau",
)
FIELDS = ("title", "name", "new-name", "email", "password", "text", "slug", "locale", "audience")


def token(client: Browser) -> str:
    """What makes a change pass for one that the site itself asked for."""
    return client.read("/").form("/compte/deconnexion").filled({})["csrf_token"][0]


def test_a_number_that_no_column_holds_is_no_address(
    client: Browser, people: People, site: Site
) -> None:
    assert site.service
    client.sign_in(people.manager)
    sent = {"csrf_token": token(client), "reason": "x"}
    answers = {
        (path, number): client.open(
            path.format(number), method=method, data=sent if method == "POST" else None
        ).status_code
        for method, path in NUMBERED
        for number in HUGE
    }
    assert {key: status for key, status in answers.items() if status != 404} == {}


def test_digits_of_another_script_are_no_second_address(client: Browser, idea: Idea) -> None:
    assert client.get(f"/culture/idees/{idea.id}").status_code == 301
    arabic = str(idea.id).translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    assert client.get(f"/culture/idees/{arabic}").status_code == 404


@ON_ONE
def test_a_form_is_not_taken_as_json(client: Browser, people: People, site: Site) -> None:
    assert site.service
    client.sign_in(people.administrator)
    headers = {"X-CSRFToken": token(client)}
    values: tuple[Any, ...] = (5, {"a": 1}, [1, {"b": 2}], "\ud800", "\0", None)
    bodies = [json.dumps(dict.fromkeys(FIELDS, value)) for value in values]
    for path in FORMS:
        for body in (*bodies, "5", '"text"', "[1, 2]", "[[1, 2]]", "{}", "null", "{"):
            answer = client.post(path, data=body, content_type="application/json", headers=headers)
            assert answer.status_code == 415, (path, body)


@ON_ONE
def test_a_file_in_the_place_of_a_text_is_no_text(
    client: Browser, people: People, site: Site
) -> None:
    assert site.service
    client.sign_in(people.administrator)
    headers = {"X-CSRFToken": token(client)}
    parts = "".join(
        f'--edge\r\nContent-Disposition: form-data; name="{name}"; filename="a.txt"\r\n\r\nx\r\n'
        for name in FIELDS
    )
    for path in FORMS:
        answer = client.post(
            path,
            data=f"{parts}--edge--\r\n",
            content_type="multipart/form-data; boundary=edge",
            headers=headers,
        )
        assert answer.status_code == 422, path


def test_a_choice_with_nul_is_refused(client: Browser, people: People, site: Site) -> None:
    assert site.service
    client.sign_in(people.administrator)
    person = people.citizen
    answer = client.post(
        f"/admin/personnes/{person.id}/gestion",
        data={"csrf_token": token(client), "service": "cul\0ture"},
    )
    assert answer.status_code == 422


@ON_ONE
def test_a_deadline_of_thousands_of_digits_is_not_believed(client: Browser, site: Site) -> None:
    address = f"/{site.service.slug}/"
    tag = client.get(address).headers["ETag"].removesuffix('"')
    answer = client.get(address, headers={"If-None-Match": f'{tag}-{"9" * 5_000}"'})
    assert answer.status_code == 200


@ON_ONE
@pytest.mark.parametrize("path", ["/compte/connexion", "/compte/inscription"])
def test_an_account_page_is_kept_nowhere(client: Browser, path: str) -> None:
    header = client.get(path).headers["Cache-Control"]
    assert {each.strip() for each in header.split(",")} == {"private", "no-store"}


def test_a_manager_learns_no_name_by_the_number_of_an_account(
    client: Browser, people: People, site: Site
) -> None:
    assert site.service
    client.sign_in(people.manager)
    stranger = people.citizen
    address = f"/culture/gestion/equipe/{stranger.id}/retirer"
    answer = client.post(address, data={"csrf_token": token(client)}, follow_redirects=True)
    assert answer.status_code == 404
    assert stranger.name not in answer.text


@ON_ONE
def test_head_is_answered_as_get_without_the_page(
    client: Browser, people: People, site: Site, idea: Idea
) -> None:
    site.enable("discussion")
    paths = (
        "/culture/idees/nouvelle",
        f"/culture/idees/{idea.id}/modifier",
        f"/culture/discussion/idees/{idea.id}/commenter",
        "/culture/gestion/plugins/discussion/activation",
    )
    for person in (None, people.citizen, people.manager):
        if person is not None:
            client.sign_in(person)
        for path in paths:
            assert client.head(path).status_code == client.get(path).status_code, path
        if person is not None:
            client.sign_out()


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize("act", [save_draft, submit_idea])
def test_a_form_of_one_service_changes_nothing_in_another(
    site: Site, citizen: Actor, act: Any
) -> None:
    other = site.add_service("routes")
    key = "0b0b0b0b-0000-4000-8000-000000000000"
    before, after = (Proposal(title=title, problem="p", body="b") for title in ("Here", "There"))
    with site.writing() as session:
        saved = save_draft(session, citizen, site.service, before, form_key=key)
    with site.writing() as session, pytest.raises(Conflict):
        act(session, citizen, other, after, form_key=key)
    with site.reading() as session:
        assert session.get_one(Idea, saved.id).title == "Here"
        heard = select(EventLog).where(
            EventLog.service_id == other.id, EventLog.type == "idea.submitted"
        )
        assert session.scalars(heard).all() == []


@ON_ONE
@pytest.mark.parametrize("reader", ["visitor", "administrator"])
def test_no_address_is_written_to_without_a_token(sites: Sites, reader: str) -> None:
    """Another site has none, and could have anything sent by whoever is signed in here. What takes
    none is opened by a signature, and refuses what nobody has signed."""
    site = sites.make()
    with site.app.app_context():
        names = list(get_host().ready)
    for name in names:
        site.enable(name)
    browser = site.browser()
    if reader != "visitor":
        browser.sign_in(getattr(site.people, reader))
    adapter = site.app.url_map.bind("localhost")
    asked, signed, open_to_all = 0, 0, []
    for rule in site.app.url_map.iter_rules():
        path = filled(rule, {"service_slug": site.service.slug}).path
        for method in sorted((rule.methods or set()) & WRITING):
            assert adapter.test(path, method=method), path
            asked += 1
            by_signature = hasattr(site.app.view_functions[rule.endpoint], PUBLIC_POST)
            signed += by_signature
            status = browser.open(path, method=method).status_code
            if status != (LinkRefused.status if by_signature else 400):
                open_to_all.append(f"{method} {rule.rule} answers {status}")
    assert open_to_all == []
    assert asked > 60
    assert signed >= 1
