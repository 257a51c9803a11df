"""Ballots as managers prepare and lead them: without any script."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.kit.testing.pages import Page
from eak_core.kit.testing.people import People
from eak_core.kit.testing.queries import Queries
from eak_core.kit.testing.site import Site
from eak_core.moderation.decisions import hide
from eak_voting.ballots.finding import phase, settings_of
from eak_voting.models import Ballot, BallotOption
from eak_voting.settings import Publication, Secrecy
from tests.plugins.voting.conftest import Polls

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

DESK = "/culture/gestion/votes"
NEW = f"{DESK}/nouveau"
DATES = {"opens_at": "2026-03-10T09:00", "closes_at": "2026-04-10T20:00"}


@pytest.fixture
def desk(client: Browser, people: People, clock: FrozenClock) -> Browser:
    """A manager's browser."""
    client.sign_in(people.manager)
    return client


def ballots(site: Site) -> list[Ballot]:
    with site.reading() as session:
        return list(session.scalars(select(Ballot).order_by(Ballot.id)))


def options(site: Site, ballot: Ballot) -> list[BallotOption]:
    with site.reading() as session:
        query = select(BallotOption).where(BallotOption.ballot_id == ballot.id)
        return list(session.scalars(query.order_by(BallotOption.number)))


def ticked(form: Any) -> set[int]:
    boxes = [control for control in form.controls if control.name == "ideas"]
    return {int(value) for control in boxes for value in control.sent}


def offered(form: Any) -> set[int]:
    return {int(each.attributes["value"]) for each in form.controls if each.name == "ideas"}


def test_the_four_methods_are_explained_before_one_is_chosen(desk: Browser) -> None:
    page = desk.get(NEW).text
    for method in ("support", "approval", "majority", "budget"):
        assert f'href="{NEW}/{method}"' in page
    assert "une idée vaut la mention qu’une majorité lui donne au moins" in page
    assert desk.get(f"{NEW}/oracle").status_code == 404


def test_a_new_ballot_proposes_what_waits_for_a_vote(
    desk: Browser, site: Site, polls: Polls
) -> None:
    waiting = {polls.in_stage("voting", title).id for title in ("Un verger", "Un atelier")}
    other = site.submit("Une fontaine").id
    form = desk.read(f"{NEW}/majority").form(NEW)
    assert ticked(form) == waiting
    assert offered(form) == waiting | {other}
    sent = form.filled({"title": "Que faire en 2027 ?", "action": "preview", **DATES})
    answer = desk.post(f"{NEW}/majority", data=sent)
    [ballot] = ballots(site)
    assert answer.location == f"{DESK}/{ballot.id}/apercu"
    assert [option.title for option in options(site, ballot)] == ["Un atelier", "Un verger"]
    rules = settings_of(ballot).majority
    assert rules is not None
    assert [(each.code, each.name, each.weight) for each in rules.criteria] == [
        ("economic", "Économique", 1),
        ("social", "Sociale", 1),
        ("experimental", "Expérimentale", 1),
        ("aesthetic_ecological", "Esthétique et écologique", 1),
    ]
    shown = desk.get(answer.location).text
    assert "Que faire en 2027\u202f?" in shown
    assert "Un verger" in shown


def test_hours_are_those_of_paris_and_kept_in_utc(desk: Browser, site: Site) -> None:
    idea = site.submit()
    filled = {"title": "En été", "ideas": [idea.id], "action": "save"}
    answer = desk.submit(
        f"{NEW}/approval", NEW, **filled, opens_at="2026-03-29T02:30", closes_at="2026-10-25T02:30"
    )
    assert answer.status_code == 422
    assert "02:30 n’existe pas cette nuit-là" in answer.text
    assert "02:30 revient deux fois cette nuit-là" in answer.text
    assert 'value="2026-03-29T02:30"' in answer.text
    desk.submit(
        f"{NEW}/approval", NEW, **filled, opens_at="2026-03-28T09:00", closes_at="2026-03-30T09:00"
    )
    [ballot] = ballots(site)
    assert ballot.opens_at == datetime(2026, 3, 28, 8, tzinfo=UTC)
    assert ballot.closes_at == datetime(2026, 3, 30, 7, tzinfo=UTC)
    shown = desk.get(f"{DESK}/{ballot.id}").text
    assert "Du 28 mars 2026 à 09:00 au 30 mars 2026 à 09:00 (heure de Paris)" in shown
    assert 'value="2026-03-30T09:00"' in desk.get(f"{DESK}/{ballot.id}/modifier").text


def test_what_is_refused_is_shown_again_with_what_to_do(desk: Browser, site: Site) -> None:
    idea = site.submit("Une fontaine")
    answer = desk.submit(
        f"{NEW}/approval", NEW,
        title="", text="Des **mots** à garder.", ideas=[idea.id],
        opens_at="2026-04-10T09:00", closes_at="2026-04-01T09:00", at_least=5, at_most=2,
        action="save",
    )  # fmt: skip
    assert answer.status_code == 422
    assert ballots(site) == []
    for sentence in (
        "Donnez un titre au scrutin.",
        "Un scrutin se clôt après s’être ouvert.",
        "Un vote ne peut pas nommer plus d’idées qu’il n’y en a.",
    ):
        assert answer.text.count(sentence) == 2, f"{sentence}: above the form and at its field"
    assert "Des **mots** à garder." in answer.text
    assert re.search(rf'name="ideas" value="{idea.id}"[^>]*checked', answer.text)


def test_answers_that_another_answer_needs_are_asked_for(desk: Browser, site: Site) -> None:
    idea = site.submit()
    answer = desk.submit(
        f"{NEW}/majority", NEW,
        title="Un scrutin", ideas=[idea.id], who="inhabitants", quorum="percent",
        weight_0=0, weight_1=0, weight_2=0, weight_3=0, action="save", **DATES,
    )  # fmt: skip
    assert answer.status_code == 422
    for sentence in (
        "Choisissez une commune au moins.",
        "Dites quelle part il faut.",
        "dites combien de personnes peuvent voter.",
        "Donnez un poids à un critère au moins.",
    ):
        assert sentence in answer.text


def test_the_rules_of_a_ballot_are_kept_and_shown_again(desk: Browser, site: Site) -> None:
    idea = site.submit()
    desk.submit(
        f"{NEW}/majority", NEW,
        title="Un scrutin", ideas=[idea.id], who="inhabitants", communes=["92012", "92050"],
        minimum_age=16, size=2000, quorum="percent", quorum_percent=5, secrecy="public",
        publication="totals", missing="normalised", floor=3, weight_0=4, weight_1=0,
        action="save", **DATES,
    )  # fmt: skip
    [ballot] = ballots(site)
    kept = settings_of(ballot)
    assert kept.required_voters == 100
    assert kept.electorate.communes == ("92012", "92050")
    assert (kept.secrecy, kept.publication, kept.electorate.minimum_age) == ("public", "totals", 16)
    assert kept.majority is not None
    assert (kept.majority.missing, kept.majority.floor) == ("normalised", 3)
    assert [(each.code, each.weight) for each in kept.majority.criteria] == [
        ("economic", 4), ("experimental", 1), ("aesthetic_ecological", 1),
    ]  # fmt: skip
    # Saving what the form shows changes nothing.
    desk.submit(f"{DESK}/{ballot.id}/modifier", "modifier", action="save")
    [again] = ballots(site)
    assert again.settings == ballot.settings
    assert (again.opens_at, again.closes_at) == (ballot.opens_at, ballot.closes_at)
    shown = desk.get(f"{DESK}/{ballot.id}").text
    assert "Nanterre" in shown
    assert "100 votants (5\u00a0% de celles et ceux qui peuvent voter)" in shown
    assert "Passable" in shown


def test_each_project_of_a_budget_says_what_it_costs(desk: Browser, site: Site) -> None:
    bench, tree = site.submit("Un banc").id, site.submit("Un arbre").id
    filled: dict[str, Any] = {
        "title": "Le budget", "ideas": [bench, tree], "amount": 5000, "action": "save", **DATES,
    }  # fmt: skip
    answer = desk.submit(f"{NEW}/budget", NEW, **filled, **{f"cost_{bench}": 800})
    assert answer.status_code == 422
    assert "Dites ce que coûte ce projet" in answer.text
    assert f'id="cost_{tree}-error"' in answer.text
    assert f'id="cost_{bench}-error"' not in answer.text
    costs = {f"cost_{bench}": 800, f"cost_{tree}": 300}
    desk.submit(f"{NEW}/budget", NEW, **filled, **costs, rule="greedy", points=10)
    [ballot] = ballots(site)
    assert [(each.title, each.cost) for each in options(site, ballot)] == [
        ("Un arbre", 300), ("Un banc", 800),
    ]  # fmt: skip
    form = desk.read(f"{DESK}/{ballot.id}/modifier").form("modifier")
    assert form.filled({})[f"cost_{bench}"] == ["800"]


def test_a_search_finds_ideas_and_keeps_everything(desk: Browser, site: Site) -> None:
    kept, found = site.submit("Un banc").id, site.submit("Une École ouverte").id
    for number in range(3):
        site.submit(f"Autre {number}")
    site.drain()
    form = desk.read(f"{NEW}/approval").form(NEW)
    filled = form.filled(
        {"title": "Mon titre", "ideas": [kept], "q": "ecole", "quorum": "voters",
         "opens_at": "2026-03-29T02:30", "action": "search"}
    )  # fmt: skip
    answer = desk.post(f"{NEW}/approval", data=filled)
    assert answer.status_code == 200
    assert ballots(site) == []
    assert 'value="Mon titre"' in answer.text
    assert 'value="2026-03-29T02:30"' in answer.text
    assert 'role="alert"' not in answer.text
    shown = Page(answer.text).form(NEW)
    assert offered(shown) == {kept, found}
    assert ticked(shown) == {kept}
    filled["q"] = ["zeppelin"]
    assert (
        "Aucune autre idée publique ne contient ces mots"
        in desk.post(f"{NEW}/approval", data=filled).text
    )


def test_an_idea_that_was_hidden_meanwhile_is_refused_by_a_sentence(
    desk: Browser, site: Site, polls: Polls
) -> None:
    idea, other = site.submit("Un banc"), site.submit("Un arbre")
    form = desk.read(f"{NEW}/approval").form(NEW)
    sent = form.filled({"title": "T", "ideas": [idea.id, other.id], "action": "save", **DATES})
    with site.writing() as session:
        hide(session, polls.manager, site.service, f"idea:{idea.id}", "An insult.")
    answer = desk.post(f"{NEW}/approval", data=sent)
    assert answer.status_code == 422
    assert "n’est plus publique" in answer.text
    assert "Un banc" not in answer.text
    for made_up in ("99999999999999999999", "abc", "0", "-1"):
        answer = desk.post(f"{NEW}/approval", data={**sent, "ideas": [made_up]})
        assert answer.status_code == 422


def test_a_form_sent_twice_is_one_ballot(desk: Browser, site: Site) -> None:
    idea = site.submit()
    form = desk.read(f"{NEW}/approval").form(NEW)
    sent = form.filled({"title": "T", "ideas": [idea.id], "action": "save", **DATES})
    places = {desk.post(f"{NEW}/approval", data=sent).location for _time in range(2)}
    assert len(places) == 1
    assert len(ballots(site)) == 1


def test_a_form_sent_again_with_other_answers_corrects_the_ballot_it_made(
    desk: Browser, site: Site
) -> None:
    ideas = [site.submit("Un banc"), site.submit("Un arbre")]
    form = desk.read(f"{NEW}/approval").form(NEW)
    first = {"title": "T", "ideas": [ideas[0].id], "action": "save", **DATES}
    better = first | {"title": "A better title", "ideas": [each.id for each in ideas]}
    places = {
        desk.post(f"{NEW}/approval", data=form.filled(each)).location
        for each in (first, better, better)
    }
    assert len(places) == 1
    [ballot] = ballots(site)
    assert (ballot.title, ballot.version_id) == ("A better title", 2)
    answer = desk.post(f"{NEW}/approval", data=form.filled(first | {"title": "A third one"}))
    assert answer.status_code == 409
    assert "A third one" in answer.text
    assert [each.title for each in ballots(site)] == ["A better title"]


def test_of_two_managers_the_second_to_save_learns_of_the_first(
    desk: Browser, site: Site, polls: Polls, people: People
) -> None:
    draft = polls.draft(ideas=2)
    added = site.submit("Une fontaine").id
    path = f"{DESK}/{draft.id}/modifier"
    form = desk.read(path).form("modifier")
    # The first one changes nothing but the ideas.
    other = site.browser()
    other.sign_in(people.administrator)
    kept = [option.idea_id for option in options(site, draft)]
    other.submit(path, "modifier", ideas=[*kept, added], action="save")
    answer = desk.post(path, data=form.filled({"title": "Le mien", "action": "save"}))
    assert answer.status_code == 409
    assert "Une autre personne a modifié ce scrutin" in answer.text
    assert 'value="Le mien"' in answer.text
    assert len(options(site, draft)) == 3
    again = Page(answer.text).form("modifier")
    desk.post(path, data=again.filled({"action": "save"}))
    assert [ballot.title for ballot in ballots(site)] == ["Le mien"]


def test_a_sign_in_that_expired_loses_nothing(desk: Browser, site: Site) -> None:
    idea = site.submit()
    form = desk.read(f"{NEW}/approval").form(NEW)
    desk.sign_out()
    fresh = desk.read("/compte/connexion").form("/compte/connexion")
    [token] = fresh.filled({})["csrf_token"]
    sent = form.filled({"title": "Gardé", "ideas": [idea.id], "action": "save", **DATES})
    answer = desk.post(f"{NEW}/approval", data={**sent, "csrf_token": token})
    assert answer.status_code == 403
    assert 'value="Gardé"' in answer.text
    assert "Votre connexion a pris fin" in answer.text
    assert ballots(site) == []


def test_a_ballot_is_announced_taken_back_opened_and_cancelled(
    desk: Browser, site: Site, polls: Polls
) -> None:
    draft = polls.draft(opens_in=timedelta(days=1))
    path = f"{DESK}/{draft.id}"
    visitor = site.browser()
    public = f"/culture/votes/{draft.id}-{draft.slug}"
    assert visitor.get(public).status_code == 404
    assert desk.submit(f"{path}/annoncer", "annoncer").location == path
    assert visitor.get(public).status_code == 200
    assert desk.get(f"{path}/modifier").status_code == 409
    desk.submit(f"{path}/retirer-annonce", "retirer-annonce")
    assert visitor.get(public).status_code == 404
    desk.submit(f"{path}/annoncer", "annoncer")
    desk.submit(f"{path}/ouvrir", "ouvrir")
    opened = polls.now(draft)
    assert (phase(opened), opened.state) == ("open", "open")
    assert opened.terms_hash is not None
    assert opened.terms_hash in desk.get(path).text
    answer = desk.submit(f"{path}/annuler", "annuler", reason="")
    assert answer.status_code == 422
    assert "les votants le chercheront" in answer.text
    desk.submit(f"{path}/annuler", "annuler", reason="Une <b>erreur</b> dans la liste.")
    assert polls.now(draft).state == "cancelled"
    for browser, address in ((desk, path), (visitor, public)):
        page = browser.get(address).text
        assert "erreur" in page
        assert "<b>erreur" not in page


def test_a_draft_is_deleted_once_that_is_confirmed(desk: Browser, polls: Polls, site: Site) -> None:
    draft = polls.draft()
    assert "Supprimer ce brouillon" in desk.get(f"{DESK}/{draft.id}/supprimer").text
    assert len(ballots(site)) == 1
    assert desk.submit(f"{DESK}/{draft.id}/supprimer", "supprimer").location == f"{DESK}/"
    assert ballots(site) == []
    assert desk.get(f"{DESK}/{draft.id}").status_code == 404


def test_a_ballot_whose_close_has_passed_is_not_announced(
    desk: Browser, polls: Polls, clock: FrozenClock
) -> None:
    draft = polls.draft(lasts=timedelta(days=1))
    clock.advance(days=2)
    answer = desk.submit(f"{DESK}/{draft.id}/annoncer", "annoncer")
    assert answer.status_code == 422
    assert "Choisissez une autre date" in answer.text
    assert polls.now(draft).state == "draft"


def test_steps_that_do_not_fit_are_refused(desk: Browser, polls: Polls) -> None:
    draft, opened = polls.draft(), polls.open()
    token = desk.read(f"{DESK}/{draft.id}/annoncer").form("annoncer").filled({})
    for ballot, steps in (
        (draft, ("retirer-annonce", "ouvrir", "annuler", "decisions")),
        (opened, ("annoncer", "retirer-annonce", "ouvrir", "supprimer", "modifier", "decisions")),
    ):
        for step in steps:
            assert desk.get(f"{DESK}/{ballot.id}/{step}").status_code == 409, step
            sent = {**token, "reason": "Because."}
            assert desk.post(f"{DESK}/{ballot.id}/{step}", data=sent).status_code in (409, 422)
        assert polls.now(ballot).state == ballot.state


def test_nobody_but_managers_meets_these_pages(
    client: Browser, people: People, polls: Polls, site: Site
) -> None:
    ballot = polls.draft(title="Un secret bien gardé")
    steps = ("annoncer", "retirer-annonce", "ouvrir", "annuler", "supprimer", "decisions")
    paths = [f"{DESK}/", NEW, f"{NEW}/approval", f"{DESK}/{ballot.id}"]
    paths += [f"{DESK}/{ballot.id}/{step}" for step in (*steps, "apercu", "modifier")]
    for reader in (None, people.citizen, people.agent):
        if reader is not None:
            client.sign_in(reader)
        for path in paths:
            answer = client.get(path)
            assert answer.status_code in (302, 403, 404), path
            assert "bien gardé" not in answer.text
        fresh = client.read("/compte/" if reader else "/compte/connexion").forms
        token = next(form.filled({})["csrf_token"] for form in fresh if form.method == "post")
        for step in (*steps, "modifier"):
            sent = {"csrf_token": token, "reason": "Because.", "method": "approval"}
            answer = client.post(f"{DESK}/{ballot.id}/{step}", data=sent)
            assert answer.status_code in (302, 403, 404, 422), step
            assert "bien gardé" not in answer.text
        assert polls.now(ballot).state == "draft"
        if reader is not None:
            client.sign_out()


@pytest.mark.parametrize("secrecy", ["secret", "pseudonymous", "public"])
@pytest.mark.parametrize("publication", ["after_close", "totals"])
def test_managers_pages_are_the_same_whatever_was_voted(
    desk: Browser, polls: Polls, clock: FrozenClock, secrecy: Secrecy, publication: Publication
) -> None:
    ballot = polls.open(secrecy=secrecy, publication=publication)
    paths = [f"{DESK}/", f"{DESK}/{ballot.id}", f"{DESK}/{ballot.id}/apercu", "/culture/gestion/"]
    paths.append(f"{DESK}/{ballot.id}/annuler")
    before = [shown(desk, path) for path in paths]
    for number in range(1, 5):
        polls.vote(ballot, [number % 3 + 1], polls.voter(number))
    assert [shown(desk, path) for path in paths] == before
    # Closed and not counted yet.
    clock.set(ballot.closes_at + timedelta(seconds=1))
    page = desk.get(f"{DESK}/{ballot.id}").text
    assert "les votes sont dépouillés" in page
    assert desk.get(f"{DESK}/{ballot.id}/decisions").status_code == 409


def shown(browser: Browser, path: str) -> str:
    """A page without what is new in it each time."""
    answer = browser.get(path)
    assert answer.status_code == 200
    return re.sub(r'name="csrf_token"[^>]*', "", answer.text)


def test_the_desk_says_what_waits(desk: Browser, polls: Polls, site: Site) -> None:
    assert "Rien à traiter." in desk.get("/culture/gestion/").text
    ideas = [polls.in_stage("voting", "Un verger"), polls.in_stage("voting", "Un banc")]
    ballot = polls.open(ideas=ideas)
    polls.draft(ideas=ideas, title="À finir")
    assert "1 brouillon de scrutin à terminer<" in desk.get("/culture/gestion/").text
    polls.close(ballot)
    page = desk.get("/culture/gestion/").text
    assert "1 scrutin dépouillé attend vos décisions<" in page
    listed = desk.get(f"{DESK}/").text
    assert "2 idées en attente de décision" in listed
    assert listed.index("À finir") < listed.index(ballot.title)


def test_the_list_costs_the_same_for_many_ballots(
    desk: Browser, polls: Polls, query_count: Callable[[], AbstractContextManager[Queries]]
) -> None:
    ideas = polls.ideas(2)
    counts = []
    for _round in range(2):
        for _time in range(3):
            polls.draft(ideas=ideas)
        with query_count() as queries:
            desk.get(f"{DESK}/")
        counts.append(queries.count)
    assert counts[0] == counts[1]
