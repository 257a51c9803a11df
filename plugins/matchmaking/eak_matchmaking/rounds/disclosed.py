"""As much of the lists as a matching rests on: what is published, so that anybody can match again.

Deferred acceptance never reads what an idea wrote behind the partner it goes with, nor where a
partner placed an idea that never asked it. Without these the outcome is the same, step by step, and
a pair that would block it would still stand in the lists of both: so the check proves as much, and
nobody's other wishes become public.
"""

from collections.abc import Sequence

from eak_matchmaking.rounds.instance import Instance, Matching, P, R, Receiver


def disclosed(instance: Instance[P, R], matching: Matching[P, R]) -> Instance[P, R]:
    """``instance`` cut down to what led to ``matching``, its outcome by deferred acceptance.

    Of each proposer its list as far as the receiver it has, all of it where it has none; of each
    receiver those who asked it. Who asked nobody, or was asked by nobody, is left out.
    """
    # Whoever was named without naming back was passed over, and not asked.
    asked = {
        name: tuple(
            each for each in _as_far_as(wishes, matching[name]) if name in instance.positions[each]
        )
        for name, wishes in instance.proposers.items()
    }
    askers: dict[R, set[P]] = {}
    for name, wishes in asked.items():
        for each in wishes:
            askers.setdefault(each, set()).add(name)
    return Instance(
        {name: wishes for name, wishes in asked.items() if wishes},
        {
            name: Receiver(
                receiver.capacity, tuple(each for each in receiver.ranks if each in askers[name])
            )
            for name, receiver in instance.receivers.items()
            if name in askers
        },
    )


def _as_far_as(wishes: Sequence[R], has: R | None) -> Sequence[R]:
    return wishes if has is None else wishes[: wishes.index(has) + 1]
