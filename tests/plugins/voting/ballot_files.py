"""The file of a counted ballot, with its log, made without a site."""

import hashlib
from typing import Any

import msgspec

from eak_core.transparency import checkpoint, merkle
from eak_voting.casting import receipts
from eak_voting.casting.choices import ballots_digest
from eak_voting.counting.outcome import outcome
from eak_voting.publishing.published import (
    BallotFile,
    PublishedExclusion,
    PublishedLeaf,
    PublishedLog,
    PublishedPaper,
    assemble,
)
from eak_voting.publishing.recount import Report
from eak_voting.settings import (
    ApprovalRules,
    BudgetRules,
    Criterion,
    MajorityRules,
    Option,
    Secrecy,
    Settings,
    Terms,
    canonical,
    digest,
)
from eak_voting.transparency.records import (
    CancelledLeaf,
    CountedLeaf,
    OpenedLeaf,
    ReceiptLeaf,
    ReplacedLeaf,
    encode,
)

SEED = bytes(range(32))
OTHER_SEED = bytes(32)
ORIGIN = "participation.example/culture/votes"
KEY = str(checkpoint.verifier_key(ORIGIN, SEED))
BALLOT = 7
replace = msgspec.structs.replace
RULES: dict[str, dict[str, Any]] = {
    "support": {},
    "approval": {"approval": ApprovalRules(at_most=2)},
    "majority": {
        "majority": MajorityRules(
            criteria=(
                Criterion(code="economic", name="Economic", weight=2),
                Criterion(code="social", name="Social"),
            ),
            missing="normalised",
        )
    },
    "budget": {"budget": BudgetRules(amount=100, comparison=True)},
    "points": {"budget": BudgetRules(amount=100, ballot="points", points=10)},
}
VOTES = {
    "support": ["[1,2]", "[2]", "[2,3]", "[]", "[1]"],
    "approval": ["[1,2]", "[2]", "[2,3]", "[]", "[1]"],
    "majority": [
        "[[1,[7,5]],[2,[3,3]]]",
        "[[1,[6,0]],[3,[1,2]]]",
        "[[2,[5,5]]]",
        "[]",
        "[[1,[2,2]],[2,[4,6]],[3,[7,7]]]",
    ],
    "budget": ["[1,2]", "[2]", "[2,3]", "[]", "[1]"],
    "points": ["[[1,5],[2,5]]", "[[2,10]]", "[[2,1],[3,2]]", "[]", "[[1,3]]"],
}


def terms(method: str = "approval", secrecy: Secrecy = "pseudonymous") -> Terms:
    return Terms(
        ballot=BALLOT,
        service="culture",
        title="Une cour plus verte",
        text="Que faire **d’abord** ?",
        opens_at="2026-11-01T08:00:00Z",
        closes_at="2026-11-08T08:00:00Z",
        settings=Settings(
            method="budget" if method == "points" else method,  # type: ignore[arg-type]
            secrecy=secrecy,
            **RULES[method],
        ),
        options=tuple(
            Option(number=number, code=f"P{number}", title=f"Idée {number}", cost=40)
            for number in (1, 2, 3)
        ),
    )


def paper(number: int, choices: str) -> PublishedPaper:
    proof = receipts.proof(f"code {number}", 1, BALLOT, choices)
    return PublishedPaper(choices=choices, receipt=proof.receipt, salt=proof.salt)


def hexed(word: str) -> str:
    return hashlib.sha256(word.encode()).hexdigest()


def counted(
    method: str = "approval",
    secrecy: Secrecy = "pseudonymous",
    *,
    excluded: int = 0,
    votes: list[str] | None = None,
) -> BallotFile:
    """A ballot that was opened, voted in, and counted, in a log that others write to as well."""
    frozen = terms(method, secrecy)
    papers = [
        paper(each, vote) for each, vote in enumerate(VOTES[method] if votes is None else votes)
    ]
    papers = [
        replace(each, exclusion=1 if place < excluded else None)
        for place, each in enumerate(papers)
    ]
    exclusions = [PublishedExclusion(number=1, reason="One machine", votes=excluded)][:excluded]
    given = [each.receipt or "" for each in papers]
    gone = hexed("changed")
    own = [
        OpenedLeaf(ballot=BALLOT, terms=digest(canonical(frozen))),
        *(ReceiptLeaf(ballot=BALLOT, receipt=each) for each in [*given, gone]),
        ReplacedLeaf(ballot=BALLOT, receipt=gone),
    ]
    leaves = [encode(CancelledLeaf(ballot=1)), *map(encode, own), encode(CancelledLeaf(ballot=2))]  # type: ignore[arg-type]
    root = merkle.root_of([merkle.leaf_hash(leaf) for leaf in leaves]).hex()
    cast = [each.choices for each in papers if each.exclusion is None]
    result = outcome(frozen, cast, seed=root, voters=len(papers), excluded=excluded)
    leaves.append(encode(CancelledLeaf(ballot=3)))
    leaves.append(
        encode(
            CountedLeaf(
                ballot=BALLOT,
                terms=digest(canonical(frozen)),
                ballots=ballots_digest(frozen, cast),
                result=digest(canonical(result)),
            )
        )
    )
    return assemble(frozen, papers, given, exclusions, result, logged(leaves))


def logged(leaves: list[bytes]) -> PublishedLog:
    """The log of ``leaves``, of which those of the ballot are shown."""
    log = signed_log(leaves)
    own = f'"ballot":{BALLOT},'
    return replace(log, leaves=tuple(each for each in log.leaves if own in each.leaf))


def signed_log(leaves: list[bytes]) -> PublishedLog:
    hashes = [merkle.leaf_hash(leaf) for leaf in leaves]
    head = checkpoint.Checkpoint(ORIGIN, len(hashes), merkle.root_of(hashes))
    return PublishedLog(
        key=KEY,
        checkpoint=checkpoint.sign(head, SEED),
        hashes=tuple(each.hex() for each in hashes),
        leaves=tuple(
            PublishedLeaf(index=index, leaf=leaf.decode()) for index, leaf in enumerate(leaves)
        ),
    )


def failed(report: Report) -> set[str]:
    return {check.name for check in report.checks if check.passed is False}
