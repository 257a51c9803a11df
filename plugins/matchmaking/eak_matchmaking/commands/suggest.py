"""``eak matchmaking suggest``: which offers could bring what an idea needs, and why."""

from typing import Any

import click
import msgspec
from flask import g

from eak_core.api import communes, current_session, public_idea
from eak_matchmaking import wording
from eak_matchmaking.scoring.scores import Score
from eak_matchmaking.suggestions.finding import OffersForNeed, offers_for_idea


@click.command("suggest")
@click.option("--idea", "idea_id", type=click.IntRange(1, 2**31 - 1), required=True,
              help="The number of the idea.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="As JSON, with all parts of each score.")
def suggest(idea_id: int, as_json: bool) -> None:
    """Rank the offers for each thing that an idea needs, with the reasons.

    Drafts and ideas that are not public are not there.
    """
    session = current_session()
    idea = public_idea(session, g.service, idea_id)
    names = {each.code: each.name for each in communes(session)}
    lists = offers_for_idea(session, g.service, idea)
    if as_json:
        document = {"idea": idea.id, "needs": [_record(each, names) for each in lists]}
        click.echo(msgspec.json.format(msgspec.json.encode(document), indent=2).decode())
        return
    for each in lists:
        click.echo(f"{each.need.what} ({each.need.kind})")
        for one in each.suggestions.best:
            offer = each.offers[one.name]
            reasons = "; ".join(_reasons(one.score, names))
            click.echo(f"{one.rank:>4}. {one.score.points:>6}  {offer.title} – "
                       f"{offer.organisation}: {reasons}")  # fmt: skip


def _record(each: OffersForNeed, names: dict[str, str]) -> dict[str, Any]:
    def about(name: str) -> dict[str, Any]:
        offer = each.offers[name]
        return {"offer": offer.id, "title": offer.title, "organisation": offer.organisation}

    return {
        "need": each.need.id,
        "kind": each.need.kind,
        "what": each.need.what,
        "compared": each.suggestions.found,
        "suggestions": [
            about(one.name) | {
                "rank": one.rank,
                "welcomed": one.welcomed,
                "points": one.score.points,
                "parts": [
                    {"part": part.kind, "points": part.points, "most": part.most,
                     "why": wording.part_words(part, names)}
                    for part in one.score.parts
                ],
                "change": one.change and wording.change_words(one.change, names),
            }
            for one in each.suggestions.best
        ],
        "left_out": [
            about(one.name) | {"because": list(one.obstacles), "rank_without": one.rank}
            for one in each.suggestions.left_out
        ],
    }  # fmt: skip


def _reasons(score: Score, names: dict[str, str]) -> list[str]:
    return [said for part in score.parts if (said := wording.part_words(part, names))]
