"""The checks of a published ballot that concern the public log, for the recount.

Pure. Each answers in a few words what was found, `Wrong` where something does not agree,
`NothingToCheck` where the file has nothing to look at.
"""

from collections.abc import Iterator, Sequence

from eak_core.transparency import checkpoint, merkle
from eak_voting.publishing.published import BallotFile, PublishedLog
from eak_voting.transparency.records import (
    CountedLeaf,
    Leaf,
    OpenedLeaf,
    ReceiptLeaf,
    RecordError,
    ReplacedLeaf,
    decode,
)


class Wrong(ValueError):
    """A check that failed; the sentence says what does not agree."""


class NothingToCheck(Exception):
    """The file has nothing that this check could be made on."""


def entries(file: BallotFile) -> str:
    """The leaves of the ballot stand in the log: opening, receipts, result."""
    log = _log(file)
    leaves = list(_leaves(file, log))
    if leaves[:1] != [OpenedLeaf(ballot=file.terms.ballot, terms=file.terms_hash)]:
        raise Wrong("the log does not begin with the opening of this ballot under these terms")
    counted = CountedLeaf(
        ballot=file.terms.ballot,
        terms=file.terms_hash,
        ballots=file.ballots_hash,
        result=file.result_hash,
    )
    if leaves[-1] != counted:
        raise Wrong("the log does not end with this result of this ballot")
    standing = _standing(leaves[1:-1])
    if standing != set(file.receipts):
        missing = len(set(file.receipts) - standing)
        more = len(standing - set(file.receipts))
        raise Wrong(f"{missing} receipts are not in the log, {more} in the log are not listed")
    return f"{len(leaves)} entries"


def _leaves(file: BallotFile, log: PublishedLog) -> Iterator[Leaf]:
    """The leaves of the ballot, found at their places in the log."""
    last = -1
    for entry in log.leaves:
        if not last < entry.index < len(log.hashes):
            raise Wrong(f"entry {entry.index} is out of order, or beyond the log")
        last = entry.index
        if merkle.leaf_hash(entry.leaf.encode()).hex() != log.hashes[entry.index]:
            raise Wrong(f"entry {entry.index} is not what stands in the log there")
        try:
            leaf = decode(entry.leaf.encode())
        except RecordError as error:
            raise Wrong(f"entry {entry.index}: {error}") from None
        if leaf.ballot != file.terms.ballot:
            raise Wrong(f"entry {entry.index} is of another ballot")
        yield leaf


def _standing(leaves: Sequence[Leaf]) -> set[str]:
    """The receipts that were recorded and not replaced."""
    standing: set[str] = set()
    seen: set[str] = set()
    for leaf in leaves:
        if isinstance(leaf, ReceiptLeaf) and leaf.receipt not in seen:
            seen.add(leaf.receipt)
            standing.add(leaf.receipt)
        elif isinstance(leaf, ReplacedLeaf) and leaf.receipt in standing:
            standing.remove(leaf.receipt)
        else:
            raise Wrong("an entry of the log does not follow from those before it")
    return standing


def _log(file: BallotFile) -> PublishedLog:
    if file.log is None:
        raise NothingToCheck("it stands in no public log")
    return file.log


def lot(file: BallotFile) -> str:
    """The seed is the root of the log at some moment after the last vote was recorded in it and
    before the result was: nobody could know it while votes could be cast."""
    log = _log(file)
    places = [entry.index for entry in log.leaves]
    if len(places) < 2 or places[-1] >= len(log.hashes) or places != sorted(places):
        raise Wrong("the log does not say when the last vote was recorded")
    hashes = [bytes.fromhex(each) for each in log.hashes[: places[-1]]]
    for size, root in merkle.roots_from(hashes, places[-2] + 1):
        if root.hex() == file.result.seed:
            return f"drawn from the root of the log at {size} entries"
    raise Wrong("the seed is not the root of the log between the last vote and the result")


def tree(file: BallotFile) -> str:
    """The hashes of all leaves give the root in the signed head."""
    log = _log(file)
    head = _head(log)
    if head.size != len(log.hashes):
        raise Wrong(f"the signed head has {head.size} entries, the file {len(log.hashes)}")
    if merkle.root_of([bytes.fromhex(each) for each in log.hashes]) != head.root:
        raise Wrong("the hashes of the entries do not give the signed root")
    return f"{head.size} entries"


def _head(log: PublishedLog) -> checkpoint.Checkpoint:
    try:
        return checkpoint.read_note(log.checkpoint)
    except checkpoint.NoteError as error:
        raise Wrong(f"the signed head cannot be read ({error})") from None


def signature(file: BallotFile) -> str:
    """The head is signed with the key in the file, under the name of the log."""
    log = _log(file)
    try:
        key = checkpoint.read_key(log.key)
        head = checkpoint.verified(log.checkpoint, key)
    except checkpoint.NoteError as error:
        raise Wrong(str(error)) from None
    if head.origin != key.name:
        raise Wrong(f"the head of the log {head.origin} is signed by {key.name}")
    return f"by {key.name}"


def key_compared(file: BallotFile, known_key: str | None) -> str:
    """The key in the file is the one that is known from elsewhere."""
    if known_key is None:
        key = f"; compare it with {file.log.key}" if file.log is not None else ""
        raise NothingToCheck(f"the key of the log was not compared{key}")
    if file.log is None:
        raise Wrong("it stands in no public log, which the known key could have signed")
    if file.log.key != known_key.strip():
        raise Wrong("the log is not signed with the key that is known")
    return "the one that is known"
