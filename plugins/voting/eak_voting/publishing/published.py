"""The file of a counted ballot: all that anyone needs to recount it, in one JSON document.

Pure. ``eak-ballot``, version 1, is canonical JSON (keys sorted, no spaces, UTF-8). It holds the
frozen terms, every vote, the result, their hashes, and as much of the public log as it takes to
compute its root anew. What `eak_voting.publishing.recount` does with it, anybody can do with other
tools.

In public and pseudonymous ballots each paper carries its receipt and its salt, in the order of the
receipts; in secret ones it carries the choices alone, in the order of their text, and the receipts
stand apart: no order tells when a vote came, or whose it was. No names stand in it.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Annotated, Literal, TypeAlias

import msgspec

from eak_voting.casting.choices import ballots_digest
from eak_voting.counting.outcome import Outcome
from eak_voting.settings import Terms, canonical, digest
from eak_voting.transparency.records import Digest

FORMAT = "eak-ballot"
VERSION: Literal[1] = 1
#: That of a file without the titles that moderators hide: readers of version 1 would hash it wrong.
MASKED_VERSION: Literal[2] = 2
#: A file of this size holds more than a million votes; larger ones are not read.
MOST_BYTES = 512 * 1024 * 1024

#: A place in the log, small enough for any reader of JSON.
Place: TypeAlias = Annotated[int, msgspec.Meta(ge=0, lt=2**53)]


class FileError(ValueError):
    """A file that cannot be read as that of a ballot; the sentence says why."""


class _Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of the file."""


class PublishedPaper(_Part, frozen=True, kw_only=True, omit_defaults=True):
    """One vote. ``choices`` is canonical JSON (`eak_voting.casting.choices`), as text: it is what
    the receipt was computed from. ``exclusion`` is the number of the exclusion that leaves it out.
    The ``salt`` goes with the account of an erased person."""

    choices: str
    receipt: Digest | None = None
    salt: Digest | None = None
    exclusion: int | None = None


class PublishedExclusion(_Part, frozen=True, kw_only=True):
    """Why ``votes`` papers were left out of the count."""

    number: int
    reason: str
    votes: int


class PublishedHiding(_Part, frozen=True, kw_only=True):
    """Why the title of an option is empty in the terms of this file: moderators hide its idea."""

    option: int
    reason: str


class PublishedLeaf(_Part, frozen=True, kw_only=True):
    """A leaf of this ballot at its place in the log; ``leaf`` is its canonical JSON, as text."""

    index: Place
    leaf: str


class PublishedLog(_Part, frozen=True, kw_only=True):
    """The public log until the result of this ballot stood in it.

    ``checkpoint`` is its signed head (C2SP signed note), ``key`` what verifies the signature,
    ``hashes`` those of all leaves (hexadecimal), ``leaves`` the ones of this ballot in their order.
    """

    key: str
    checkpoint: str
    hashes: tuple[Digest, ...]
    leaves: tuple[PublishedLeaf, ...]


class BallotFile(_Part, frozen=True, kw_only=True):
    """The whole file. The hashes are SHA-256 of canonical JSON: of the terms, of the counted votes
    (`ballots_digest`) and of the result, which names the seed of its lots. ``log`` is empty for a
    ballot that was imported.

    Version 2 says in ``masked`` of which options the title is left out of ``terms``; ``terms_hash``
    is that of the whole terms all the same, as it stands in the log."""

    format: Literal["eak-ballot"] = "eak-ballot"
    version: Literal[1, 2] = 1
    terms: Terms
    masked: tuple[PublishedHiding, ...] | msgspec.UnsetType = msgspec.UNSET
    terms_hash: Digest
    papers: tuple[PublishedPaper, ...]
    ballots_hash: Digest
    receipts: tuple[Digest, ...]
    exclusions: tuple[PublishedExclusion, ...]
    result: Outcome
    result_hash: Digest
    log: PublishedLog | None

    @property
    def hidden(self) -> tuple[PublishedHiding, ...]:
        """What moderators hide; its titles are not in the file."""
        return () if isinstance(self.masked, msgspec.UnsetType) else self.masked


class _Header(msgspec.Struct):
    format: str = ""
    version: int = 0


def assemble(
    terms: Terms,
    papers: Iterable[PublishedPaper],
    receipts: Iterable[str],
    exclusions: Sequence[PublishedExclusion],
    result: Outcome,
    log: PublishedLog | None,
    *,
    hidden: Sequence[PublishedHiding] = (),
) -> BallotFile:
    """The file of a ballot; its hashes are computed, and all order that could tell is taken away.

    ``receipts`` are those that stand for a vote still; of what is ``hidden`` the title is left out,
    after the terms were hashed. In a secret ballot no receipt or salt of a
    paper is taken over, whatever ``papers`` hold.
    """
    if terms.settings.secrecy == "secret":
        papers = (PublishedPaper(choices=each.choices, exclusion=each.exclusion) for each in papers)
    ordered = sorted(papers, key=_order)
    return BallotFile(
        version=MASKED_VERSION if hidden else VERSION,
        terms=terms.retitled({each.option: "" for each in hidden}),
        masked=tuple(sorted(hidden, key=lambda each: each.option)) if hidden else msgspec.UNSET,
        terms_hash=digest(canonical(terms)),
        papers=tuple(ordered),
        ballots_hash=ballots_digest(terms, counted_votes(ordered)),
        receipts=tuple(sorted(receipts)),
        exclusions=tuple(sorted(exclusions, key=lambda each: each.number)),
        result=result,
        result_hash=digest(canonical(result)),
        log=log,
    )


def counted_votes(papers: Iterable[PublishedPaper]) -> list[str]:
    """The choices of the papers that no exclusion leaves out."""
    return [paper.choices for paper in papers if paper.exclusion is None]


def in_order(papers: Sequence[PublishedPaper]) -> bool:
    """Whether ``papers`` stand in the order of the file."""
    keys = [_order(paper) for paper in papers]
    return all(before <= after for before, after in pairwise(keys))


def write(file: BallotFile) -> bytes:
    """``file`` as it is downloaded."""
    return canonical(file)


def read(data: bytes) -> BallotFile:
    """The file that ``data`` is. `FileError` where it is none, or is not written in the one way:
    what two readers could understand differently is not recounted."""
    if len(data) > MOST_BYTES:
        raise FileError(f"The file is larger than {MOST_BYTES // 1024**2} MiB.")
    data = data.strip()
    _check_header(data)
    try:
        file = _decoder.decode(data)
    except msgspec.ValidationError as error:
        raise FileError(f"The file is not that of a ballot: {error}.") from None
    except UnicodeDecodeError as error:
        raise FileError(f"The file is not in UTF-8: {error}.") from None
    if (file.version == MASKED_VERSION) is not bool(file.hidden):
        raise FileError("The file says of another version than its own what is left out of it.")
    if write(file) != data:
        raise FileError(
            "The file is not written as it was published (order of keys, spaces, or a key twice)."
        )
    return file


_decoder = msgspec.json.Decoder(BallotFile)
_header = msgspec.json.Decoder(_Header)


def _check_header(data: bytes) -> None:
    try:
        header = _header.decode(data)
    except msgspec.ValidationError:
        header = _Header()
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise FileError(f"The file is not JSON, or was cut short: {error}.") from None
    except RecursionError:
        raise FileError("The file is nested too deeply to be that of a ballot.") from None
    if header.format != FORMAT:
        raise FileError(f"The file is not that of a ballot: its format is not “{FORMAT}”.")
    if header.version not in (VERSION, MASKED_VERSION):
        raise FileError(
            f"The file has version {header.version}; this program reads versions {VERSION} and"
            f" {MASKED_VERSION}."
        )


def _order(paper: PublishedPaper) -> tuple[str, str, int]:
    return (paper.receipt or "", paper.choices, paper.exclusion or 0)
