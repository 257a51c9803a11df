"""Words in common: BM25 as others compute it, each term accounted for, and synonyms."""

from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eak_core.search.words import stem
from eak_matchmaking.scoring.bm25 import ONE, Sought, idf
from eak_matchmaking.scoring.texts import Corpus, Text, text_of
from eak_matchmaking.scoring.thesaurus import Thesaurus, ThesaurusError
from tests.plugins.matchmaking.measures import corpus_of
from tests.plugins.matchmaking.scoring import text, thesaurus

DOCUMENTS = (
    "toit vegetalis ecol toit",
    "hangar ecol",
    "velo atelier repar velo velo",
    "toit hangar solair panneau ecol",
)
ROADS = thesaurus("voirie, chaussée, nid-de-poule", "arbre, végétalisation, îlot de fraîcheur")


def plain(stems):
    return text_of([(each, each) for each in stems.split()], Thesaurus())


@pytest.mark.parametrize(
    ("query", "values"),
    [
        ("toit vegetalis", (0.980477, 0.0, 0.0, 0.285834)),
        ("velo ecol", (0.162125, 0.203814, 0.816253, 0.147082)),
    ],
)
def test_the_values_are_those_of_bm25s(query, values):
    """bm25s 0.3.16, method="lucene", k1=1.2, b=0.75, over the same stems."""
    texts = [plain(each) for each in DOCUMENTS]
    sought = Sought(plain(query), corpus_of(texts), Thesaurus())

    ours = [sum(each.value for each in sought.common(text)) / ONE for text in texts]

    assert ours == pytest.approx(values, abs=3e-6)


@given(st.integers(1, 9), st.integers(1, 50), st.integers(1, 400), st.data())
def test_a_value_is_the_formula_to_a_millionth(times, texts, length, data):
    frequency = data.draw(st.integers(1, texts))
    own = data.draw(st.integers(times, length + times))
    corpus = Corpus(texts, own + length, {"a": frequency})
    sought = Sought(Text(1, {"a": 1}, {"a": "a"}), corpus, Thesaurus())

    (found,) = sought.common(Text(own, {"a": times}, {"a": "a"}))

    exact = (
        log(1 + (texts - frequency + 0.5) / (frequency + 0.5))
        * times
        / (times + 1.2 * (1 - 0.75 + 0.75 * own / (corpus.length / texts)))
    )
    assert found.value / ONE == pytest.approx(exact, abs=2e-6)


def test_words_in_common_come_by_value_and_each_once():
    texts = [text("école toiture"), text("école hangar"), text("école vélo vélo")]
    sought = Sought(text("une toiture pour une école, notre école"), corpus_of(texts), Thesaurus())

    assert [each.sought for each in sought.common(texts[0])] == ["toitur", "ecol"]
    assert [each.sought for each in sought.common(texts[2])] == ["ecol"]
    assert sought.common(text("rien de tel")) == []


def test_a_synonym_is_worth_half_the_word_and_the_word_itself_comes_first():
    texts = [
        text("la chaussée", ROADS),
        text("la voirie", ROADS),
        text("voirie et chaussée", ROADS),
    ]
    sought = Sought(text("voirie", ROADS), corpus_of(texts), ROADS)

    (synonym,), (same,), both = (sought.common(each) for each in texts)

    assert (synonym.sought, synonym.found) == (stem("voirie"), stem("chaussée"))
    assert synonym.value == same.value // 2 > 0
    assert [each.found for each in both] == [stem("voirie")]


def test_of_several_synonyms_the_best_counts_and_each_of_them_once():
    words = thesaurus("voirie, chaussée, bitume, route")
    texts = [text("chaussée bitume", words), text("chaussée", words), text("vélo", words)]
    sought = Sought(text("voirie route", words), corpus_of(texts), words)

    # “bitume” is rarer, so it counts more; “route” has the same synonyms, which are taken.
    assert [(each.sought, each.found) for each in sought.common(texts[0])] == [("rout", "bitum")]


def test_a_word_that_the_need_has_itself_is_no_synonym_of_another():
    texts = [text("chaussée", ROADS), text("vélo", ROADS)]
    sought = Sought(text("voirie chaussée", ROADS), corpus_of(texts), ROADS)

    assert [each.sought for each in sought.common(texts[0])] == [stem("chaussée")]


def test_an_expression_is_a_synonym_and_its_words_count_as_words():
    texts = [text("un îlot de fraîcheur", ROADS), text("des arbres", ROADS), text("îlot", ROADS)]
    corpus = corpus_of(texts)

    (found,) = Sought(text("arbre", ROADS), corpus, ROADS).common(texts[0])
    (back,) = Sought(text("îlot de fraîcheur", ROADS), corpus, ROADS).common(texts[1])
    words = Sought(text("îlot de fraîcheur", ROADS), corpus, ROADS).common(texts[0])

    assert texts[0].shown[found.found] == "îlot de fraîcheur"
    assert back.found == stem("arbres")
    assert {each.found for each in words} == {"ilot", "fraicheur"}
    assert Sought(text("arbre", ROADS), corpus, ROADS).common(texts[2]) == []


def test_the_full_mark_is_five_words_that_no_other_offer_has():
    texts = [text("un deux trois quatre cinq six"), text("sept huit neuf dix onze douze")]
    corpus = corpus_of(texts)
    five = Sought(text("alpha bravo charlie delta echo foxtrot"), corpus, Thesaurus())
    two = Sought(text("alpha bravo"), corpus, Thesaurus())

    assert five.full == 5 * idf(2, 1) * 5 // 11
    assert two.full == 2 * idf(2, 1) * 5 // 11


def test_without_texts_nothing_is_common():
    assert Sought(Text(), Corpus(), Thesaurus()).common(Text()) == []
    assert Sought(text("toit"), Corpus(), Thesaurus()).common(text("toit")) == []


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["voirie, chaussée", "", "route, Chaussées"], "Line 3: “Chaussées” stands there already"),
        (["# rues", "voirie"], "Line 2: a group has two words at least."),
        (["voirie, de la"], "Line 1: “de la” holds no word that is compared."),
        (["voirie, "], "Line 1: “” holds no word"),
    ],
)
def test_a_thesaurus_that_cannot_be_is_refused_with_its_line(lines, said):
    with pytest.raises(ThesaurusError) as refused:
        thesaurus(*lines)
    assert said in str(refused.value)


def test_a_common_word_is_worth_less_than_a_rare_one():
    assert idf(10, 1) > idf(10, 5) > idf(10, 10) > 0
    assert idf(4, 2) == round(ONE * log(2))
