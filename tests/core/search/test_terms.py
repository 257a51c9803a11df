"""What the index tells whoever ranks documents by a rule of their own."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from eak_core.ideas.content.texts import Proposal
from eak_core.ideas.proposing.proposals import save_draft, submit_idea
from eak_core.ideas.reading.indexing import IDEAS
from eak_core.ideas.reading.labels import Labels, idea_labels
from eak_core.kit.testing import Site
from eak_core.kit.testing.queries import Queries
from eak_core.permissions import Actor
from eak_core.search.terms import indexed_stems, term_figures
from eak_core.search.words import spelled_stems, stems


def submit(site: Site, actor: Actor, title: str, body: str) -> int:
    with site.writing() as session:
        proposal = Proposal(title=title, problem="Un problème.", body=body)
        return submit_idea(session, actor, site.service, proposal).id


def test_stems_come_with_the_words_as_they_stand_there() -> None:
    text = "La Végétalisation des cours d’é\u00adcole : 3 toits"
    spelled = spelled_stems(text)
    assert [word for _stem, word in spelled] == ["Végétalisation", "cours", "école", "3", "toits"]
    assert [stem for stem, _word in spelled] == stems(text)


def test_stems_and_figures_are_those_of_the_public_documents_of_the_service(
    site: Site, citizen: Actor
) -> None:
    roofs = submit(site, citizen, "Des toits verts", "Des toits, des jardins.")
    bikes = submit(site, citizen, "Des vélos", "Un abri pour les vélos.")
    with site.writing() as session:
        draft = save_draft(
            session, citizen, site.service, Proposal(title="Toits", problem="x", body="y")
        ).id
    site.drain()
    with site.reading() as session:
        found = indexed_stems(session, IDEAS, [roofs, bikes, draft, 10**9])
        assert found.keys() == {roofs, bikes}
        assert list(found[roofs][:2]) == stems("toits verts")
        assert not any(each.startswith("=") or "/" in each for each in found[roofs])
        figures = term_figures(session, site.service.id, IDEAS, stems("toits problème licornes"))
        nowhere = term_figures(session, site.service.id + 1, IDEAS, stems("toits"))
    [roof, problem, _unicorn] = stems("toits problème licornes")
    assert figures.documents == 2
    assert dict(figures.frequencies) == {roof: 1, problem: 2}
    assert figures.length == sum(len(set(each)) for each in found.values())
    assert (nowhere.documents, nowhere.length, dict(nowhere.frequencies)) == (0, 0, {})


def test_ideas_are_filed_under_codes_with_the_same_statements_for_all(
    site: Site, citizen: Actor, query_count: Callable[[], AbstractContextManager[Queries]]
) -> None:
    with site.writing() as session:
        proposal = Proposal(
            title="Des toits verts", problem="x", body="y", communes=("92050", "92012")
        )
        first = submit_idea(session, citizen, site.service, proposal).id
    second = submit(site, citizen, "Des vélos", "Des vélos.")
    with site.reading() as session, query_count() as queries:
        labels = idea_labels(session, [first, second])
    assert labels[first].communes == {"92050", "92012"}
    assert labels[second] == Labels()
    assert queries.count == 2
