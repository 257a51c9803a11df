"""Who touches a published file: each forger is careful about all but one thing."""

from typing import Any

from eak_core.transparency import checkpoint, merkle
from eak_voting.casting.choices import ballots_digest
from eak_voting.counting.outcome import outcome
from eak_voting.publishing import published
from eak_voting.publishing.published import (
    BallotFile,
    PublishedExclusion,
    PublishedLog,
    PublishedPaper,
    assemble,
)
from eak_voting.settings import canonical, digest
from tests.plugins.voting.ballot_files import (
    KEY,
    ORIGIN,
    OTHER_SEED,
    counted,
    hexed,
    paper,
    replace,
)


def rehashed(file: BallotFile, **changes: Any) -> BallotFile:
    """``file`` with ``changes`` and hashes that agree with them, as whoever holds no key can."""
    file = replace(file, **changes)
    return replace(
        file,
        terms_hash=digest(canonical(file.terms)),
        ballots_hash=ballots_digest(file.terms, published.counted_votes(file.papers)),
        result_hash=digest(canonical(file.result)),
    )


def with_log(file: BallotFile, **changes: Any) -> BallotFile:
    assert file.log is not None
    return replace(file, log=replace(file.log, **changes))


def log_of(file: BallotFile) -> PublishedLog:
    assert file.log is not None
    return file.log


def other_vote(file: BallotFile) -> tuple[PublishedPaper, ...]:
    first = file.papers[0]
    other = "[1]" if first.choices != "[1]" else "[3]"
    return (replace(first, choices=other), *file.papers[1:])


def changed_vote(file: BallotFile) -> BallotFile:
    return replace(file, papers=other_vote(file))


def changed_vote_with_its_hash_and_result(file: BallotFile) -> BallotFile:
    papers = other_vote(file)
    result = outcome(
        file.terms,
        published.counted_votes(papers),
        seed=file.result.seed,
        voters=len(papers),
        excluded=0,
    )
    return rehashed(file, papers=papers, result=result)


def changed_vote_with_a_receipt_of_its_own(file: BallotFile) -> BallotFile:
    file = changed_vote_with_its_hash_and_result(file)
    papers = [paper(99, file.papers[0].choices), *file.papers[1:]]
    listed = [each.receipt or "" for each in papers]
    return assemble(file.terms, papers, listed, (), file.result, file.log)


def dropped_vote(file: BallotFile) -> BallotFile:
    result = outcome(
        file.terms,
        published.counted_votes(file.papers[1:]),
        seed=file.result.seed,
        voters=4,
        excluded=0,
    )
    return rehashed(file, papers=file.papers[1:], receipts=file.receipts[1:], result=result)


def dropped_receipt(file: BallotFile) -> BallotFile:
    return replace(file, receipts=file.receipts[1:])


def salt_of_another(file: BallotFile) -> BallotFile:
    first, second, *rest = file.papers
    swapped = (replace(first, salt=second.salt), second, *rest)
    return replace(file, papers=swapped)


def changed_result(file: BallotFile) -> BallotFile:
    first, *rest = file.result.ranking
    return rehashed(
        file, result=replace(file.result, ranking=(replace(first, votes=first.votes + 1), *rest))
    )


def changed_hash_of_result(file: BallotFile) -> BallotFile:
    return replace(file, result_hash=hexed("other"))


def changed_terms(file: BallotFile) -> BallotFile:
    return replace(file, terms=replace(file.terms, title="Another question"))


def changed_terms_with_their_hash(file: BallotFile) -> BallotFile:
    return rehashed(file, terms=replace(file.terms, title="Another question"))


def lot_of_choice(file: BallotFile) -> BallotFile:
    return rehashed(file, result=replace(file.result, seed=hexed("chosen")))


def early_lot(file: BallotFile) -> BallotFile:
    known = merkle.root_of([bytes.fromhex(each) for each in log_of(file).hashes[:3]]).hex()
    return rehashed(file, result=replace(file.result, seed=known))


def silent_exclusion(file: BallotFile) -> BallotFile:
    papers = (replace(file.papers[0], exclusion=1), *file.papers[1:])
    result = outcome(
        file.terms,
        published.counted_votes(papers),
        seed=file.result.seed,
        voters=5,
        excluded=1,
    )
    return rehashed(file, papers=papers, result=result)


def wrong_number_of_exclusions(file: BallotFile) -> BallotFile:
    return replace(
        silent_exclusion(file),
        exclusions=(PublishedExclusion(number=1, reason="One machine", votes=2),),
    )


def changed_leaf_hash(file: BallotFile) -> BallotFile:
    return with_log(file, hashes=(hexed("other"), *log_of(file).hashes[1:]))


def shorter_log(file: BallotFile) -> BallotFile:
    return with_log(file, hashes=log_of(file).hashes[1:])


def moved_leaf(file: BallotFile) -> BallotFile:
    first, *rest = log_of(file).leaves
    return with_log(file, leaves=(replace(first, index=0), *rest))


def forgotten_leaf(file: BallotFile) -> BallotFile:
    return with_log(file, leaves=(*log_of(file).leaves[:2], *log_of(file).leaves[3:]))


def forgotten_replacement(file: BallotFile) -> BallotFile:
    return with_log(file, leaves=(*log_of(file).leaves[:-2], log_of(file).leaves[-1]))


def forgotten_result(file: BallotFile) -> BallotFile:
    return with_log(file, leaves=log_of(file).leaves[:-1])


def no_leaves(file: BallotFile) -> BallotFile:
    return with_log(file, leaves=())


def changed_checkpoint(file: BallotFile) -> BallotFile:
    note = log_of(file).checkpoint.replace(ORIGIN, "another.example/culture/votes")
    return with_log(file, checkpoint=note)


def no_checkpoint(file: BallotFile) -> BallotFile:
    return with_log(file, checkpoint="signed, believe me")


def signed_by_another(file: BallotFile) -> BallotFile:
    head = checkpoint.verified(log_of(file).checkpoint, checkpoint.read_key(KEY))
    return with_log(file, checkpoint=checkpoint.sign(head, OTHER_SEED))


def signed_by_another_whose_key_stands_there(file: BallotFile) -> BallotFile:
    key = str(checkpoint.verifier_key(ORIGIN, OTHER_SEED))
    return with_log(signed_by_another(file), key=key)


def all_rewritten_and_signed_by_another(file: BallotFile) -> BallotFile:
    """Nothing in the file itself tells: only the key known from elsewhere does."""
    forged = counted(votes=["[3]"] * 5)
    return signed_by_another_whose_key_stands_there(forged)
