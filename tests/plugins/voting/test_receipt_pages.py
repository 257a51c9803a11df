"""Checking a receipt, and reading the public log, without signing in."""

import json

import pytest

from eak_core.kit.testing.browser import Browser
from eak_core.transparency import checkpoint, merkle
from tests.plugins.voting.conftest import Polls

# The rows behind these pages are tested on both databases where they are written, and every page is
# opened on both by the conformance tests and by those of hidden choices.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

PAGE = "/culture/votes/recu"


def look_up(client: Browser, receipt: str) -> str:
    answer = client.get(PAGE, query_string={"recu": receipt})
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.text


def test_a_receipt_is_found_before_and_after_it_enters_the_log(
    client: Browser, polls: Polls
) -> None:
    ballot = polls.open("approval", "secret")
    cast = polls.vote(ballot, [1])
    spaced = " ".join((cast.receipt[:30].upper(), cast.receipt[30:]))
    page = look_up(client, spaced)
    assert "Ce vote est dans l’urne" in page
    assert "prochain groupe" in page
    polls.close(ballot)
    page = look_up(client, cast.receipt)
    assert "figure dans le journal public sous le numéro 2" in page
    assert "Idea 1" not in page, "a receipt tells nothing of what was chosen"


def test_the_proof_of_a_receipt_holds_with_nothing_but_its_file(
    client: Browser, polls: Polls
) -> None:
    ballot = polls.open("approval", "pseudonymous")
    receipts = [polls.vote(ballot, [1], by=polls.voter(each)).receipt for each in range(5)]
    polls.close(ballot)
    for receipt in receipts:
        proof = client.get(f"{PAGE}/{receipt}.json").json
        assert json.loads(proof["leaf"])["receipt"] == receipt
        head = checkpoint.verified(proof["checkpoint"], checkpoint.read_key(proof["key"]))
        assert (head.size, head.root.hex()) == (proof["size"], proof["root"])
        assert merkle.verify_inclusion(
            merkle.leaf_hash(proof["leaf"].encode()),
            proof["index"],
            proof["size"],
            [bytes.fromhex(each) for each in proof["path"]],
            bytes.fromhex(proof["root"]),
        )


def test_a_receipt_of_a_vote_that_was_changed_no_longer_counts(
    client: Browser, polls: Polls
) -> None:
    ballot = polls.open("approval", "pseudonymous")
    first, second = (polls.vote(ballot, [number]).receipt for number in (1, 2))
    assert "ne vaut plus" in look_up(client, first)
    assert "Ce vote est dans l’urne" in look_up(client, second)


def test_what_is_no_receipt_or_of_nobody_is_said_so(client: Browser, polls: Polls) -> None:
    assert "Aucun vote n’a ce reçu" in look_up(client, "0" * 64)
    assert "Ce n’est pas un reçu" in look_up(client, "receipt")
    assert "aria-invalid" not in look_up(client, "")
    for wrong in ("0" * 64, "receipt"):
        assert client.get(f"{PAGE}/{wrong}.json").status_code == 404


def test_a_receipt_of_another_service_is_not_found_here(client: Browser, polls: Polls) -> None:
    ballot = polls.open("approval", "pseudonymous")
    receipt = polls.vote(ballot, [1]).receipt
    other = polls.site.add_service("parks")
    polls.site.enable("voting", service=other)
    answer = client.get("/parks/votes/recu", query_string={"recu": receipt})
    assert "Aucun vote n’a ce reçu" in answer.text


def test_the_log_lists_what_happened_and_its_head_can_be_verified(
    client: Browser, polls: Polls
) -> None:
    assert "Rien n’y est encore inscrit" in client.get("/culture/votes/journal").text
    ballot = polls.open("approval", "pseudonymous")
    receipt = polls.vote(ballot, [1]).receipt
    opened = client.get("/culture/votes/journal/tete.txt").text
    polls.close(ballot)
    page = client.get("/culture/votes/journal").text
    assert (
        page.index("Résultat publié") < page.index("Vote enregistré") < page.index("Scrutin ouvert")
    )
    assert receipt in page
    before = checkpoint.read_note(opened)
    after = checkpoint.read_note(client.get("/culture/votes/journal/tete.txt").text)
    assert before.size < after.size
    proof = client.get(
        "/culture/votes/journal/coherence.json", query_string={"de": before.size, "a": after.size}
    ).json
    path = [bytes.fromhex(each) for each in proof["path"]]
    assert merkle.verify_consistency(before.size, after.size, path, before.root, after.root)
    entries = client.get("/culture/votes/journal/entrees.json").json["entries"]
    assert [entry["index"] for entry in entries] == list(range(after.size))
    hashes = [merkle.leaf_hash(entry["leaf"].encode()) for entry in entries]
    assert merkle.root_of(hashes) == after.root


def test_wrong_places_in_the_log_are_not_found(client: Browser, polls: Polls) -> None:
    polls.open("approval")
    for query in ("de=0&a=1", "de=2&a=1", "de=1&a=99", "de=x&a=1", "de=1", f"de=1&a={2**70}"):
        answer = client.get(f"/culture/votes/journal/coherence.json?{query}")
        assert answer.status_code == 404, query
    assert client.get("/culture/votes/journal?page=2").status_code == 404
    for start in ("-5", "x", str(2**70)):
        answer = client.get(f"/culture/votes/journal/entrees.json?debut={start}")
        assert answer.status_code == 200, start
