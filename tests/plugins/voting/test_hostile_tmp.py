from datetime import timedelta
from typing import Any
import pytest
from sqlalchemy import text
from eak_core.testing.browser import Browser
from eak_core.testing.people import People
from eak_core.testing.fixtures import FrozenClock
from eak_core.ideas.models import Idea
from eak_voting import receipts
from eak_voting.casting import withdraw, change_with_code
from eak_voting.models import Ballot, Receipt
from eak_voting.settings import ApprovalRules
from tests.plugins.voting.conftest import Polls
from tests.plugins.voting.voting_pages import *

DAY=timedelta(days=1)

def test_atleast(polls: Polls, clock: FrozenClock) -> None:
    ideas = polls.ideas(3)
    ballot = polls.open("approval", ideas=ideas, opens_in=DAY, approval=ApprovalRules(at_least=3))
    with polls.site.writing() as session:
        i = session.get_one(Idea, ideas[0].id)
        i.hidden_at = clock.now
        session.flush()
    clock.advance(days=1, minutes=1)
    polls.site.drain()
    b = polls.now(ballot)
    print(polls.terms(ballot))
    polls.vote(ballot, [1, 2])

@pytest.mark.parametrize("publication", ["after_close", "totals", "live"])
def test_304(polls: Polls, clock: FrozenClock, client: Browser, publication: Any) -> None:
    ideas = polls.ideas(3)
    ballot = polls.open("approval", ideas=ideas, opens_in=timedelta(hours=5), lasts=DAY, publication=publication)
    polls.site.drain()
    base = f"/culture/votes/{ballot.id}"
    pages = [client.get(base).location, base + "/voter", base + "/resultats", "/culture/votes/", f"/culture/", "/culture/idees/", client.get(f"/culture/idees/{ideas[0].id}").location, "/", base+"/verifier", "/culture/votes/resultats.atom"]
    bad = []
    def look():
        out = {}
        for p in pages:
            r = client.get(p)
            out[p] = (r.headers.get("ETag"), r.status_code, r.text)
        return out
    def compare(before, label):
        for p,(etag,st,t) in before.items():
            if not etag: continue
            r = client.get(p, headers={"If-None-Match": etag})
            fresh = client.get(p)
            if r.status_code == 304 and fresh.text != t:
                import difflib
                bad.append((label, p, [l for l in difflib.unified_diff(t.splitlines(), fresh.text.splitlines(), lineterm="", n=0)][:6]))
    b = look(); print({p: x[:2] for p,x in b.items()})
    clock.advance(hours=5, seconds=1); compare(b, "open by clock"); b = look()
    polls.site.drain(); compare(b, "open by worker"); b = look()
    for n in range(1, 13):
        polls.vote(ballot, [1], polls.voter(n))
    compare(b, "voted"); b = look()
    polls.site.drain(); compare(b, "counted voters"); b = look()
    clock.advance(minutes=2); polls.site.drain(); compare(b, "live"); b = look()
    clock.advance(hours=23); compare(b, "hours"); b = look()
    clock.set(ballot.closes_at + timedelta(seconds=1)); compare(b, "closed by clock"); b = look()
    clock.advance(seconds=20)
    polls.site.drain(); compare(b, "counted"); b = look()
    assert not bad, bad
