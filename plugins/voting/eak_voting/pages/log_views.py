"""The public log of a service, and what a receipt proves with it: open to everybody.

The log grows without an event, so browsers keep none of these pages.
"""

from typing import Any

from flask import Response, g, jsonify, make_response, request
from sqlalchemy import select

from eak_core.api import NotFound, Page, _l, current_session, page_number, render
from eak_core.transparency import checkpoint
from eak_voting.models import Ballot
from eak_voting.pages.blueprint import ballot_url, blueprint
from eak_voting.pages.booth.forms import ReceiptForm
from eak_voting.transparency import log
from eak_voting.transparency.receipt_checks import find_receipt, proof_of, read_receipt
from eak_voting.transparency.recording import key_of, keys_of, log_of
from eak_voting.transparency.records import decode, kind

PER_PAGE = 20
#: How many leaves one answer for programs holds.
AT_ONCE = 1_000


@blueprint.get("/recu")
def check_receipt() -> Response:
    """Look a receipt up, and show what the log proves of it."""
    session = current_session()
    form = ReceiptForm()
    typed = form.recu.data or ""
    receipt = read_receipt(typed)
    if typed and receipt is None:
        form.recu.errors = [str(_l("This is not a receipt: it has 64 figures and letters."))]
    found = find_receipt(session, g.service, receipt) if receipt else None
    return _fresh(
        render(
            "voting/receipt.html",
            form=form,
            asked=receipt is not None,
            found=found,
            proof=proof_of(session, g.service, found) if found else None,
            ballot_url=ballot_url,
        )
    )


@blueprint.get("/recu/<receipt>.json")
def receipt_proof(receipt: str) -> Response:
    """The proof that a receipt stands in the log, for programs and for later."""
    session = current_session()
    found = find_receipt(session, g.service, read_receipt(receipt) or "")
    proof = proof_of(session, g.service, found) if found else None
    if proof is None:
        raise NotFound(_l("This receipt does not stand in the public log."))
    return _fresh(jsonify(proof))


@blueprint.get("/journal", endpoint="log")
def log_page() -> Response:
    """The log: its signed head, and its entries from the latest on."""
    session = current_session()
    head = log.head(session, g.service.id)
    before = log_of(session, g.service).before
    page: Page[Any] = Page((), page_number(), PER_PAGE, head.size)
    if not 1 <= page.number <= page.pages:
        raise NotFound(_l("The public log does not reach as far as this."))
    last = head.size - (page.number - 1) * PER_PAGE
    first = max(0, last - PER_PAGE)
    read = log.leaves(session, g.service.id, first, last - first)
    entries = [(entry.index, decode(entry.data)) for entry in reversed(read)]
    return _fresh(
        render(
            "voting/log.html",
            head=head,
            key=key_of(session, g.service, head.checkpoint),
            keys=keys_of(session, g.service),
            before=checkpoint.read_note(before) if before else None,
            page=Page(entries, page.number, PER_PAGE, head.size),
            kind=kind,
            ballots=_ballots({leaf.ballot for _index, leaf in entries}),
            ballot_url=ballot_url,
        )
    )


def _ballots(ids: set[int]) -> dict[int, Ballot]:
    """The ballots of a page of the log that can be read."""
    query = select(Ballot).where(
        Ballot.id.in_(ids), Ballot.service_id == g.service.id, Ballot.state != "draft"
    )
    return {ballot.id: ballot for ballot in current_session().scalars(query)}


@blueprint.get("/journal/tete.txt")
def log_head() -> Response:
    """The signed head of the log (C2SP tlog-checkpoint), for those who keep it and compare."""
    note = log.head(current_session(), g.service.id).checkpoint
    if note is None:
        raise NotFound(_l("This log is empty."))
    return _fresh(Response(note, content_type="text/plain; charset=utf-8"))


@blueprint.get("/journal/tete-precedente.txt")
def log_head_before() -> Response:
    """The last signed head of the log that ended when the plugin was purged."""
    note = log_of(current_session(), g.service).before
    if note is None:
        raise NotFound(_l("No log came before this one."))
    return _fresh(Response(note, content_type="text/plain; charset=utf-8"))


@blueprint.get("/journal/entrees.json")
def log_entries() -> Response:
    """A stretch of the entries, from ``?debut=`` on."""
    start = max(0, request.args.get("debut", 0, type=int))
    read = log.leaves(current_session(), g.service.id, min(start, 2**53), AT_ONCE)
    return _fresh(
        jsonify(entries=[{"index": each.index, "leaf": each.data.decode()} for each in read])
    )


@blueprint.get("/journal/coherence.json")
def log_consistency() -> Response:
    """The proof that the log at ``?de=`` entries is the beginning of the log at ``?a=`` entries
    (RFC 9162 section 2.1.4): who kept an old head can show that nothing was rewritten."""
    session = current_session()
    old, new = (request.args.get(name, -1, type=int) for name in ("de", "a"))
    if not 0 < old <= new < 2**53:
        raise NotFound(_l("The public log does not reach as far as this."))
    path = log.consistency(session, g.service.id, old, new)
    return _fresh(jsonify({"from": old, "to": new, "path": [each.hex() for each in path]}))


def _fresh(answer: str | Response) -> Response:
    response = make_response(answer)
    response.headers["Cache-Control"] = "no-store"
    return response
