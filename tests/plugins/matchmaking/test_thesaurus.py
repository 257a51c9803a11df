"""The thesaurus that comes with the plugin."""

import pytest

from eak_core.search.words import stems
from eak_matchmaking.scoring.thesaurus import own_lines, read_thesaurus
from tests.plugins.matchmaking.scoring import need, offer, part, scored, text


@pytest.fixture(scope="module")
def own():
    return read_thesaurus(own_lines(), stems)


def test_it_can_be_read_and_has_a_territory_s_vocabulary(own):
    assert len(own.groups) >= 150
    assert all(len(group) >= 2 for group in own.groups)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("voirie", "nids-de-poule"),
        ("végétaliser", "plantations"),
        ("arbres", "ombrage"),
        ("îlots de fraîcheur", "canicules"),
        ("toits", "toitures"),
        ("collégiens", "collège"),
        ("EHPAD", "maisons de retraite"),
        ("ressourceries", "réemploi"),
        ("fab labs", "imprimantes 3D"),
        ("bibliothèque", "boîtes à livres"),
    ],
)
def test_what_means_the_same_is_found_in_any_form(own, one, other):
    def groups(written):
        return {own.group_of[term] for term in text(written.replace("-", " "), own).counts
                if term in own.group_of}  # fmt: skip

    assert groups(one) & groups(other)


@pytest.mark.parametrize(
    ("sought", "offered", "found"),
    [
        ("Refaire la voirie", "Un enrobé clair", ["voirie ≈ enrobé"]),
        ("Des voiries", "Un enrobé clair", ["voiries ≈ enrobé"]),
        ("Voir loin", "Un enrobé clair", []),
        ("Un enrobé clair", "Voir la voirie", []),
        ("Des gens isolés", "Une rénovation énergétique", []),
        (
            "L’isolation du toit",
            "Une rénovation énergétique",
            ["isolation ≈ rénovation énergétique"],
        ),
        ("Des données de trafic", "Une subvention", []),
        ("Un don", "Une subvention", ["don ≈ subvention"]),
        ("Une équipe", "Un outil", []),
        ("Un concert", "Une consultation", []),
        ("Un enrobé", "Une chaussée", ["enrobé ≈ chaussée"]),
        # One stem on both sides is a word in common all the same: nobody knows better.
        ("Voir loin", "La voirie", ["voir"]),
    ],
)
def test_a_word_whose_stem_is_another_s_too_counts_as_it_is_written(own, sought, offered, found):
    wanted, asked = need(written=sought, words=own), offer(written=offered, words=own)
    score = scored(wanted, asked, *(offer(str(n), "vélo", words=own) for n in range(9)), words=own)
    assert list(part(score, "words").items) == found


def test_an_exact_term_is_shown_without_its_sign_and_read_with_spaces():
    words = read_thesaurus(["voirie =, chaussée"], stems)
    assert words.spelled["voir"] == "voirie"
    assert words.exact == {"voir"}
