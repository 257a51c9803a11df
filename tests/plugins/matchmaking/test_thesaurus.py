"""The thesaurus that comes with the plugin."""

import pytest

from eak_core.search.words import stems
from eak_matchmaking.scoring.thesaurus import own_lines, read_thesaurus
from tests.plugins.matchmaking.scoring import text


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
