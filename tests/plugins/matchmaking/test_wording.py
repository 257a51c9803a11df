"""What people read of a score, in French."""

import pytest
from flask_babel import force_locale

from eak_matchmaking.rounds.explaining import Refusal
from eak_matchmaking.scoring.scores import Part, Score
from eak_matchmaking.scoring.suggesting import Change, LeftOut
from eak_matchmaking.wording import change_words, left_out_words, part_words, refusal_words

# Words are the same on any database.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

NAMES = {"92050": "Nanterre", "92012": "Boulogne-Billancourt", "green": "Toits verts"}
NARROW = "\N{NARROW NO-BREAK SPACE}"


@pytest.fixture
def french(site):
    with site.app.test_request_context(), force_locale("fr"):
        yield


@pytest.mark.parametrize(
    ("part", "said"),
    [
        (Part("kind", 844, 1_688, ("place",), ("money",)), "offre : un lieu"),
        (Part("kind", 844, 844, ("equipment", "money")), "offre : du matériel, un financement"),
        (Part("subject", 9, 9, ("green",)), "même sujet : Toits verts"),
        (Part("subject", 9, 9, ("green", "x")), "mêmes sujets : Toits verts, x"),
        (Part("commune", 9, 9, ("92050",)), "même commune : Nanterre"),
        (
            Part("commune", 9, 9, ("92012", "92050")),
            "mêmes communes : Boulogne-Billancourt, Nanterre",
        ),
        (Part("commune", 5, 9, missing=("92050",)), "dans tout le territoire"),
        (Part("public", 9, 9, ("lycéens",)), "même public : lycéens"),
        (Part("period", 9, 9, met=1, asked=31), "1 jour sur 31 demandés"),
        (Part("period", 9, 9, met=8, asked=31), "8 jours sur 31 demandés"),
        (Part("words", 9, 9, ("toiture",)), "terme commun : toiture"),
        (
            Part("words", 9, 9, ("toiture", "végétalisation", "c", "d", "e", "f")),
            "termes communs : toiture, végétalisation, c, d, e",
        ),
        (Part("meaning", 9, 9), "textes de sens proche"),
        (Part("kind", 0, 9, (), ("place",)), ""),
    ],
)
def test_a_part_says_why(french, part, said):
    assert part_words(part, NAMES) == said.replace(" :", f"{NARROW}:")


@pytest.mark.parametrize(
    ("part", "said"),
    [
        (Part("kind", 0, 9, (), ("place",)), "Serait au rang 1 avec, en plus : un lieu."),
        (Part("subject", 0, 9, (), ("green",)), "Serait au rang 1 avec, en plus : Toits verts."),
        (
            Part("commune", 0, 9, (), ("92050",)),
            "Serait au rang 1 avec, comme communes en plus : Nanterre.",
        ),
        (Part("period", 0, 9), "Serait au rang 1 si tous les jours demandés étaient couverts."),
    ],
)
def test_a_change_says_what_it_would_take(french, part, said):
    assert change_words(Change(part, 9, 1), NAMES) == said.replace(" :", f"{NARROW}:")


def test_who_is_left_out_is_told_why(french):
    out = LeftOut("a", ("capacity", "territory"), Score(()), 1)
    assert left_out_words(out) == "plus de place pour un pilote, aucune commune en commun"
    assert left_out_words(LeftOut("a", (), Score(()), 1)) == "rien en commun"


@pytest.mark.parametrize(
    ("rank", "capacity", "said"),
    [
        (None, 2, "L’école ne l’a pas citée."),
        (3, 1, "L’école la classe au rang 3, et sa seule place est allée au rang 2."),
        (3, 4, "L’école la classe au rang 3, et ses 4 places sont allées jusqu’au rang 2."),
    ],
)
def test_an_idea_is_told_why_a_partner_refused_it(french, rank, capacity, said):
    refused = Refusal("7", wish=1, rank=rank, kept_to=2, taken=capacity, capacity=capacity)
    assert refusal_words(refused, {"7": "L’école"}) == said
