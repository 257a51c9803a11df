"""How good suggestions are, on the graded set; `make bench` prints the figures."""

import pytest

from eak_matchmaking import encoder
from eak_matchmaking.scoring.thesaurus import Thesaurus
from tests.plugins.matchmaking import grading
from tests.plugins.matchmaking.grading import Rankings, offers, queries

#: What the blend reached when it was last measured; a change that lowers it is told by this.
RECORDED, MARGIN = 0.940, 0.01
#: What it reached with the meaning of texts.
MEANT = 0.974


@pytest.fixture(scope="module")
def rankings() -> Rankings:
    return Rankings()


def test_the_set_is_large_and_every_grade_names_an_offer() -> None:
    keys = {each.candidate.name for each in offers()}
    assert len(queries()) >= 60
    for query in queries():
        assert query.grades.keys() <= keys
        assert max(query.grades.values()) == 3
        # Whoever graded an offer as good knew that it is one of the kind, and can be there.
        good = {key for key, grade in query.grades.items() if grade >= grading.GOOD}
        for each in offers():
            if each.candidate.name in good:
                assert each.kinds == query.need.kinds, each
                assert not each.communes or each.communes & query.need.communes, each


def test_the_blend_is_as_good_as_it_was(rankings: Rankings) -> None:
    assert rankings.blend.ndcg >= RECORDED - MARGIN
    assert rankings.blend.mrr >= 0.95 - MARGIN


@pytest.mark.skipif(not encoder.installed(), reason="the extra `meaning` is not installed")
def test_the_meaning_of_texts_makes_it_better(rankings: Rankings) -> None:
    assert rankings.meant.ndcg >= MEANT - MARGIN
    assert rankings.meant.ndcg > rankings.blend.ndcg + 0.02


def test_the_blend_beats_each_of_its_parts_and_chance_by_far(rankings: Rankings) -> None:
    for other in (rankings.text, rankings.structure, rankings.chance):
        assert rankings.blend.ndcg >= other.ndcg + 0.08
        assert rankings.blend.mrr >= other.mrr + 0.08


def test_the_thesaurus_is_worth_its_words(rankings: Rankings) -> None:
    assert rankings.text.ndcg > Rankings(Thesaurus()).text.ndcg
