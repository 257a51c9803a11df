"""One search over what a reader may see: found, ranked, marked, counted, and kept from events."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import delete, select

from eak_core.events import CORE
from eak_core.events.models import Subscription
from eak_core.ideas.content.rows import idea_of
from eak_core.ideas.content.texts import Proposal
from eak_core.ideas.deciding.transitions import withdraw_idea
from eak_core.ideas.pages.alike import alike
from eak_core.ideas.proposing.proposals import edit_idea, save_draft, submit_idea
from eak_core.ideas.reading.indexing import IDEAS, document_of
from eak_core.kit.testing import Site
from eak_core.kit.testing.queries import Queries
from eak_core.moderation.decisions import hide, restore
from eak_core.permissions import Actor
from eak_core.plugins.per_service.activation import rebuild, start_missing
from eak_core.plugins.per_service.models import SearchDocument, SearchTerm
from eak_core.search import finding
from eak_core.search.excerpts import excerpt, marked
from eak_core.search.finding import find
from eak_core.search.words import Query

VISITOR = Actor()


@pytest.fixture
def submitted(site: Site, citizen: Actor) -> Callable[..., int]:
    """Submits an idea with a title and a text; answers its id."""

    def submit(title: str, body: str = "Un texte.", problem: str = "Un problème.") -> int:
        with site.writing() as session:
            proposal = Proposal(title=title, problem=problem, body=body)
            return submit_idea(session, citizen, site.service, proposal).id

    return submit


def found(site: Site, text: str, actor: Actor = VISITOR) -> list[int]:
    """The ids of the ideas that a reader finds, best first."""
    site.drain()
    with site.reading() as session:
        return [hit.id for hit in find(session, site.service.id, actor, [IDEAS], text).hits]


@pytest.mark.parametrize(
    ("written", "sought"),
    [
        ("Végétalisation des cours", "végétaliser"),
        ("Des rues végétalisées", "vegetaliser la rue"),
        ("Le pouvoir d’achat", "d'achat"),
        ("Réseaux de chaleur", "réseau"),
        ("Deux vélos", "velo"),
        ("L’École‑Œuvre", "ecole oeuvre"),
        ("Un jardin partagé", "jard"),
        ("Ligne 13", "13"),
        ("Le Ⅻe siècle", "siecles"),
        ("Мусор на улице", "мусор"),
    ],
)
def test_words_of_one_family_find_each_other_however_they_are_typed(
    site: Site, submitted: Callable[..., int], written: str, sought: str
) -> None:
    idea = submitted(written)
    submitted("Autre chose")
    assert found(site, sought) == [idea]


@pytest.mark.parametrize("sought", ["", "   ", "la le les", "’", "-- ;", "\u200b", "%", "*"])
def test_a_search_without_words_that_count_finds_nothing_and_says_so(
    site: Site, submitted: Callable[..., int], sought: str
) -> None:
    submitted("La rue de la paix")
    assert found(site, sought) == []


@pytest.mark.parametrize(
    "sought",
    [
        'jardin" OR "rue', "jardin' | 'rue", "jardin:*", "NOT jardin", "=jardin", "1/idea",
        "jardin AND rue", "stems:jardin", "{jardin}", "jardin & !rue", "\\", "'", '"', "jardin\x00",
    ],
)  # fmt: skip
def test_what_is_typed_never_becomes_the_language_of_a_database(
    site: Site, submitted: Callable[..., int], sought: str
) -> None:
    submitted("Une rue calme")
    assert found(site, sought) == []


def test_a_title_counts_more_than_a_text_and_a_rare_word_more_than_a_common_one(
    site: Site, submitted: Callable[..., int]
) -> None:
    exact = submitted("Jardin partagé")
    in_text = submitted("Vivre ensemble", body="Un jardin partagé pour tous.")
    in_title = submitted("Un jardin partagé sur le toit de la médiathèque")
    for number in range(5):
        submitted(f"Un jardin {number}")
    assert found(site, "jardin partagé") == [exact, in_title, in_text]
    assert found(site, "partagé")[0] == exact


def test_the_latest_are_ranked_where_there_are_many_and_a_title_that_fits_whatever_its_age(
    site: Site, submitted: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    old = submitted("Compost de quartier")
    older = submitted("Une idée", body="Avec du compost.")
    latest = [submitted(f"Idée {number}", body="Encore du compost.") for number in range(3)]
    monkeypatch.setattr(finding, "MOST", 3)
    site.drain()
    with site.reading() as session:
        answer = find(session, site.service.id, VISITOR, [IDEAS], "compost")
    assert answer.more == {"idea"}
    assert [hit.id for hit in answer.hits] == [old, *reversed(latest)]
    assert older not in [hit.id for hit in answer.hits]


def test_drafts_withdrawn_and_hidden_ideas_are_found_by_nobody_from_the_moment_on(
    site: Site, citizen: Actor, manager: Actor, submitted: Callable[..., int]
) -> None:
    withdrawn, hidden = submitted("Fontaine une"), submitted("Fontaine deux")
    with site.writing() as session:
        save_draft(session, citizen, site.service, Proposal(title="Fontaine trois"))
    assert set(found(site, "fontaine")) == {withdrawn, hidden}
    with site.writing() as session:
        idea = idea_of(session, site.service, withdrawn)
        withdraw_idea(session, citizen, site.service, frozenset(), idea, "Faite ailleurs.")
        hide(session, manager, site.service, f"idea:{hidden}", "Hors sujet.")
    # Before any worker has come to it, too.
    with site.reading() as session:
        for actor in (VISITOR, citizen, manager):
            assert not find(session, site.service.id, actor, [IDEAS], "fontaine").hits
    assert found(site, "fontaine") == []
    with site.reading() as session:
        assert session.scalars(select(SearchDocument.id)).all() == []
        assert session.scalars(select(SearchTerm.stem)).all() == []
    with site.writing() as session:
        restore(session, manager, site.service, f"idea:{hidden}", "À tort.")
    assert found(site, "fontaine") == [hidden]


def test_an_edited_idea_is_found_by_its_new_words_alone(
    site: Site, citizen: Actor, submitted: Callable[..., int]
) -> None:
    idea = submitted("Une fontaine")
    assert found(site, "fontaine") == [idea]
    with site.writing() as session:
        proposal = Proposal(title="Un kiosque", problem="Un problème.", body="Un texte.")
        edit_idea(session, citizen, site.service, idea_of(session, site.service, idea), proposal)
    assert found(site, "fontaine") == []
    assert found(site, "kiosque") == [idea]


def test_another_service_has_a_search_of_its_own(
    site: Site, citizen: Actor, submitted: Callable[..., int]
) -> None:
    idea = submitted("Une fontaine")
    other = site.add_service("ailleurs")
    with site.writing() as session:
        proposal = Proposal(title="Une fontaine", problem="Un problème.", body="Un texte.")
        there = submit_idea(session, citizen, other, proposal).id
    assert found(site, "fontaine") == [idea]
    with site.reading() as session:
        hits = find(session, other.id, VISITOR, [IDEAS], "fontaine").hits
    assert [hit.id for hit in hits] == [there]


def index_of(site: Site) -> tuple[Any, Any]:
    with site.reading() as session:
        documents = session.execute(
            select(SearchDocument.kind, SearchDocument.subject_id, SearchDocument.stems)
        )
        terms = session.execute(select(SearchTerm.kind, SearchTerm.stem, SearchTerm.documents))
        return sorted(map(tuple, documents)), sorted(map(tuple, terms))


def test_the_index_built_anew_from_events_is_the_one_that_was_kept(
    site: Site, citizen: Actor, manager: Actor, submitted: Callable[..., int]
) -> None:
    ids = [submitted(f"Fontaine {number}", body="De l’eau, " * number) for number in (1, 2, 3)]
    site.drain()
    with site.writing() as session:
        idea = idea_of(session, site.service, ids[0])
        proposal = Proposal(title="Un kiosque", problem="Un problème.", body="De la musique.")
        edit_idea(session, citizen, site.service, idea, proposal)
        hide(session, manager, site.service, f"idea:{ids[1]}", "Hors sujet.")
    site.drain()
    kept = index_of(site)
    assert len(kept[0]) == 2
    with site.writing() as session:
        rebuild(session, Actor.system(), site.service, CORE.name)
    assert index_of(site) == ([], [])
    site.drain()
    assert index_of(site) == kept


def test_a_mark_stands_around_what_was_looked_for_and_what_was_written_is_escaped() -> None:
    query = Query("végétaliser la rue")
    text = "<script>alert(1)</script> Des rues plus vertes. " + "Mot. " * 100
    assert marked("Rues & <b>végétalisées</b>", query) == (
        "<mark>Rues</mark> &amp; &lt;b&gt;<mark>végétalisées</mark>&lt;/b&gt;"
    )
    shown = excerpt(text, query)
    assert "<script>" not in shown
    assert "Des <mark>rues</mark> plus vertes." in shown
    late = excerpt("Mot. " * 1000 + "Plus de **vegetalisation** ici. " + "Fin. " * 100, query)
    assert late.startswith("… Plus de <mark>vegetalisation</mark> ici.")


def test_a_piece_that_is_mostly_markup_says_that_it_is_cut() -> None:
    text = f"Un [plan](https://exemple.fr/{'a' * 700}) du jardin. " + "Encore une phrase. " * 60
    piece = excerpt(text, Query("plan"))
    assert str(piece).startswith("Un <mark>plan</mark> du jardin. Encore")
    assert str(piece).endswith("…")


def test_the_page_shows_what_was_found_with_its_place_and_its_kind(
    site: Site, submitted: Callable[..., int]
) -> None:
    submitted("Une fontaine", body="De l’eau **fraîche** pour les enfants.")
    site.drain()
    page = site.browser().get(f"/{site.service.slug}/recherche?q=enfant")
    assert page.status_code == 200
    assert "pour les <mark>enfants</mark>" in page.text
    assert "1 résultat" in page.text
    assert f'href="/{site.service.slug}/idees/' in page.text


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize(
    ("query", "status", "says"),
    [
        ("", 200, "Que cherchez-vous"),
        ("q=la+le", 200, "presque tous les textes"),
        ("q=introuvable", 200, "Rien n’a été trouvé"),
        ("q=" + "a" * 101, 422, "100"),
        ("q=fontaine&page=2", 404, ""),
        ("q=fontaine&dans=nothing", 200, "Rien"),
        ("q=fontaine&page=0", 404, ""),
    ],
)
def test_the_page_answers_whatever_is_typed(
    site: Site, query: str, status: int, says: str, database: str
) -> None:
    page = site.browser().get(f"/{site.service.slug}/recherche?{query}")
    assert page.status_code == status
    assert says in page.text


@pytest.mark.parametrize("database", ["sqlite"])
def test_the_list_of_ideas_is_searched_within_its_filters_best_first(
    site: Site, submitted: Callable[..., int], database: str
) -> None:
    submitted("Vivre ensemble", body="Un jardin partagé.")
    submitted("Jardin partagé")
    submitted("Autre chose")
    site.drain()
    page = site.browser().get(f"/{site.service.slug}/idees/?q=jardins")
    assert page.text.index("Jardin partagé") < page.text.index("Vivre ensemble")
    assert "Autre chose" not in page.text
    other = site.browser().get(f"/{site.service.slug}/idees/?q=jardins&tri=oldest")
    assert other.text.index("Vivre ensemble") < other.text.index(">Jardin partagé<")
    none = site.browser().get(f"/{site.service.slug}/idees/?q=jardins&etape=accepted")
    assert "Vivre ensemble" not in none.text


def test_a_page_of_results_costs_the_same_statements_however_many_there_are(
    site: Site, submitted: Callable[..., int]
) -> None:
    submitted("Fontaine")
    site.drain()
    browser, address = site.browser(), f"/{site.service.slug}/recherche?q=fontaine"
    browser.get(address)
    with Queries(site.app) as few:
        browser.get(address)
    for number in range(12):
        submitted(f"Fontaine {number}")
    site.drain()
    with Queries(site.app) as many:
        assert "13" in browser.get(address).text
    assert many.count == few.count


def test_ideas_of_a_site_that_was_upgraded_are_found_once_its_worker_has_started(
    site: Site, submitted: Callable[..., int]
) -> None:
    idea = submitted("Une fontaine")
    with site.writing() as session:
        session.execute(delete(Subscription))
    assert found(site, "fontaine") == []
    with site.writing() as session:
        assert start_missing(session) == 1
    assert found(site, "fontaine") == [idea]


def test_what_shares_the_rarest_words_resembles_and_nothing_that_cannot_be_read(
    site: Site, citizen: Actor, manager: Actor, submitted: Callable[..., int]
) -> None:
    for number in range(8):
        submitted(f"La ville, la rue, le quartier {number}", body="Dans la rue de notre ville.")
    first = submitted(
        "Composteurs de quartier", body="Un composteur partagé au pied des immeubles."
    )
    second = submitted("Un composteur partagé", body="Composter au pied des immeubles de la ville.")
    hidden = submitted("Composteur partagé, encore", body="Au pied des immeubles.")
    with site.writing() as session:
        hide(session, manager, site.service, f"idea:{hidden}", "Doublon.")
        draft = save_draft(
            session, citizen, site.service, Proposal(title="Composteur au pied des immeubles")
        ).id
    site.drain()
    with site.reading() as session:
        for idea_id, expected in ((first, [second]), (second, [first]), (draft, [second, first])):
            idea = idea_of(session, site.service, idea_id)
            cards = alike(session, site.service, VISITOR, document_of(idea), 5, idea.id)
            assert sorted(card.id for card in cards) == sorted(expected), idea_id
            assert draft not in [card.id for card in cards]


@pytest.mark.parametrize("database", ["sqlite"])
def test_the_page_of_what_resembles_an_idea_is_for_whoever_may_read_that_idea(
    site: Site, citizen: Actor, submitted: Callable[..., int], database: str
) -> None:
    idea = submitted("Composteurs de quartier", body="Un composteur partagé.")
    submitted("Un composteur partagé", body="Composter dans le quartier.")
    with site.writing() as session:
        draft = save_draft(
            session, citizen, site.service, Proposal(title="Un composteur de quartier")
        ).id
    site.drain()
    author = site.browser()
    author.sign_in(site.people.citizen)
    last = author.read(f"/{site.service.slug}/idees/{draft}/soumettre").text
    assert "Composteurs de quartier" in last
    assert "Un composteur partagé" in last
    visitor, new = site.browser(), f"/{site.service.slug}/idees/nouvelle"
    sent = visitor.read(new).form("/nouvelle").filled({"title": "Composteurs <b>partagés"})
    typed = visitor.post(f"/{site.service.slug}/idees/semblables", data=sent).text
    assert "Un composteur partagé" in typed
    assert "<b>" not in typed
    sent["title"] = ["x" * 2_000]
    long = visitor.post(f"/{site.service.slug}/idees/semblables", data=sent)
    assert (long.status_code, long.text) == (422, "")
    page = site.browser().get(f"/{site.service.slug}/idees/{idea}/ressemblances")
    assert "Un composteur partagé" in page.text
    assert (
        site.browser().get(f"/{site.service.slug}/idees/{draft}/ressemblances").status_code == 404
    )


def test_all_services_are_searched_and_an_internal_one_only_for_who_may_read_it(
    site: Site, submitted: Callable[..., int]
) -> None:
    idea = submitted("Une fontaine dans chaque square")
    hidden = site.add_service("coulisses", "Les coulisses", audience="internal")
    with site.writing() as session:
        proposal = Proposal(title="La fontaine du hall", problem="La soif.", body="De l’eau.")
        submit_idea(session, site.people.actor(site.people.agent), hidden, proposal)
    site.drain()
    nobody, agent = site.browser(), site.browser()
    agent.sign_in(site.people.agent)
    there = f"/{site.service.slug}/idees/{idea}-une-fontaine-dans-chaque-square"
    for browser, services in ((nobody, 1), (agent, 2)):
        page = browser.get("/recherche?q=fontaine").text
        assert f'href="{there}"' in page
        assert page.count("eak-search__service") == services
        assert ("coulisses" in page) == (services == 2)
    assert "Rien n’a été trouvé" in nobody.get("/recherche?q=hall").text
    assert "Rien n’a été trouvé" not in nobody.get("/recherche?q=").text
    assert nobody.get("/recherche?q=" + "x" * 3_000).status_code in {200, 422}
    with Queries(site.app) as few:
        nobody.get("/recherche?q=fontaine")
    for number in range(7):
        submitted(f"Fontaine {number}")
    site.drain()
    with Queries(site.app) as many:
        page = nobody.get("/recherche?q=fontaine").text
    assert "Voir les 8 résultats de" in page
    assert page.count("eak-search__title") == 5
    assert f'href="/{site.service.slug}/recherche?q=fontaine"' in page
    assert many.count == few.count
