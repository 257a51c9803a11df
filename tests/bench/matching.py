"""Matching ideas with partners, and suggesting offers, against the bare algorithms."""

import random
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from heapq import heappush, heappushpop

from eak_matchmaking.rounds.deferred_acceptance import deferred_acceptance
from eak_matchmaking.rounds.explaining import blocking_pairs
from eak_matchmaking.rounds.instance import Instance, Receiver
from eak_matchmaking.rounds.largest_total import largest_total
from eak_matchmaking.scoring.scores import Scale
from eak_matchmaking.scoring.sides import Need, Offer
from eak_matchmaking.scoring.suggesting import offers_for
from eak_matchmaking.scoring.texts import Text, text_of
from eak_matchmaking.scoring.thesaurus import Thesaurus
from eak_matchmaking.ties import Candidate
from tests.bench.report import Figure
from tests.plugins.matchmaking.measures import corpus_of

IDEAS, PARTNERS, WISHES, PLACES = 20_000, 1_000, 20, 15
#: A round of real size, every pair with a score.
CALL_IDEAS, CALL_PARTNERS, CALL_PLACES = 500, 100, 4

OFFERS, WORDS, COMMUNES, SUBJECTS = 10_000, 40, 36, 12

#: Seconds: a matching with its check, the largest total, and suggestions where nobody has chosen
#: among the offers before.
MATCHING, LARGEST, SUGGESTING = 1, 5, 0.5


def measure() -> Iterator[Figure]:
    """The figures of matching, which are the same on any database."""
    chance = random.Random(11)
    wishes = {idea: tuple(chance.sample(range(PARTNERS), WISHES)) for idea in range(IDEAS)}
    ranks: dict[int, list[int]] = {partner: [] for partner in range(PARTNERS)}
    for idea in chance.sample(range(IDEAS), IDEAS):
        for partner in wishes[idea]:
            ranks[partner].append(idea)
    receivers = {partner: Receiver(PLACES, listed) for partner, listed in ranks.items()}

    def ours() -> None:
        instance = Instance(wishes, receivers)
        assert blocking_pairs(instance, deferred_acceptance(instance)) == []

    positions = [{idea: place for place, idea in enumerate(ranks[each])} for each in ranks]
    yield Figure(
        f"match {IDEAS:,} ideas × {PARTNERS:,} partners, {WISHES} wishes each, lists checked,"
        " nothing blocks (limit: the bare algorithm)",
        "s",
        ours=_seconds(ours),
        limit=_seconds(lambda: _bare(list(wishes.values()), positions)),
        ceiling=MATCHING,
    )
    yield _largest(chance)
    yield _suggesting(chance)


def _bare(wishes: list[tuple[int, ...]], positions: list[dict[int, int]]) -> None:
    """Who asked is kept in heaps: no check, and no answer."""
    kept: list[list[tuple[int, int]]] = [[] for _ in positions]
    asked = [0] * len(wishes)
    for first in range(len(wishes)):
        asking = first
        while asked[asking] < WISHES:
            receiver = wishes[asking][asked[asking]]
            asked[asking] += 1
            bid = (-positions[receiver][asking], asking)
            if len(kept[receiver]) < PLACES:
                heappush(kept[receiver], bid)
                break
            asking = heappushpop(kept[receiver], bid)[1]


def _largest(chance: random.Random) -> Figure:
    liked = [chance.randint(0, 5_000) for _ in range(CALL_PARTNERS)]
    scores = {
        (idea, partner): liked[partner] + chance.randint(1, 5_000)
        for idea in range(CALL_IDEAS)
        for partner in range(CALL_PARTNERS)
    }
    capacities = dict.fromkeys(range(CALL_PARTNERS), CALL_PLACES)
    return Figure(
        f"largest total score, {CALL_IDEAS} ideas × {CALL_PARTNERS} partners, all pairs"
        " (limit: sort the scores)",
        "s",
        ours=_seconds(lambda: largest_total(range(CALL_IDEAS), capacities, scores)),
        limit=_seconds(lambda: sorted(scores.items(), key=lambda each: -each[1])),
        ceiling=LARGEST,
    )


def _suggesting(chance: random.Random) -> Figure:
    offers = [
        Offer(
            Candidate(str(number), datetime(2026, 1, 5, tzinfo=UTC)),
            _text(chance),
            subjects=frozenset(chance.sample([str(each) for each in range(SUBJECTS)], 2)),
            communes=frozenset(chance.sample([str(each) for each in range(COMMUNES)], 2)),
            kinds=frozenset(chance.sample(["place", "money", "skill"], 1)),
        )
        for number in range(OFFERS)
    ]
    first = offers[0]
    need = Need(first.candidate, _text(chance), first.subjects, first.communes, kinds=first.kinds)
    scale = Scale(corpus_of(each.text for each in offers), Thesaurus())
    terms = set(need.text.counts)
    return Figure(
        f"suggest offers for a need among {OFFERS:,} (limit: count the words in common)",
        "s",
        ours=_seconds(lambda: offers_for(scale, need, offers, seed="", most=20)),
        limit=_seconds(lambda: [len(terms & each.text.counts.keys()) for each in offers]),
        ceiling=SUGGESTING,
    )


def _text(chance: random.Random) -> Text:
    """Words as frequent as words are."""
    words = [str(int(3_000 ** chance.random())) for _ in range(WORDS)]
    return text_of([(word, word) for word in words], Thesaurus())


def _seconds(work: Callable[[], object]) -> float:
    # Of this process: what else the machine does is not our figure.
    began = time.process_time()
    work()
    return time.process_time() - began
