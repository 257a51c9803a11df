"""What an answer of a mail server means: the way, the address, or this letter."""

import pytest

from eak_core.letters.message import NoSuchMailbox, Undeliverable, Unreachable
from eak_core.letters.verdicts import Refusal, Stage, verdict

FROM, TO, DATA = Stage.SENDER, Stage.RECIPIENT, Stage.CONTENT


@pytest.mark.parametrize(
    ("stage", "code", "said", "expected"),
    [
        # The way.
        (FROM, 421, "closing", Unreachable),
        (TO, 421, "4.3.2 closing", Unreachable),
        (DATA, 421, "closing", Unreachable),
        (FROM, 450, "4.7.1 slow down", Unreachable),
        (FROM, 451, "local error", Unreachable),
        (FROM, 452, "4.3.1 disk full", Unreachable),
        (FROM, 503, "bad sequence", Unreachable),
        (FROM, 530, "5.7.0 authentication required", Unreachable),
        (TO, 530, "authentication required", Unreachable),
        (FROM, 550, "5.7.1 sender rejected", Unreachable),
        (FROM, 553, "sender not allowed", Unreachable),
        (DATA, 503, "no valid recipients", Unreachable),
        # The address, for now.
        (TO, 450, "4.2.0 greylisted", Refusal),
        (TO, 451, "try later", Refusal),
        (TO, 452, "4.2.2 mailbox full", Refusal),
        # A rule of the server's: nobody knows for how long.
        (TO, 550, "5.7.1 relaying denied", Refusal),
        (TO, 554, "5.7.1 client host blocked", Refusal),
        (DATA, 554, "5.7.1 spam", Refusal),
        (TO, 550, "5.3.2 system not accepting", Refusal),
        # The address, for good.
        (TO, 550, "5.1.1 no such user", NoSuchMailbox),
        (TO, 550, "no such user", NoSuchMailbox),
        (TO, 553, "no such name", NoSuchMailbox),
        (TO, 550, "5.2.1 disabled", NoSuchMailbox),
        (TO, 550, "5.1.10 null MX", NoSuchMailbox),
        (TO, 552, "5.2.2 full", Undeliverable),
        (TO, 554, "no", Undeliverable),
        # This letter.
        (FROM, 552, "5.3.4 too large", Undeliverable),
        (FROM, 552, "too large", Undeliverable),
        (DATA, 552, "5.3.4 too large", Undeliverable),
        (DATA, 554, "transaction failed", Undeliverable),
        (DATA, 550, "5.6.0 bad message", Undeliverable),
        (DATA, 451, "4.3.0 later", Refusal),
    ],
)
def test_an_answer_means(stage: Stage, code: int, said: str, expected: type[Exception]) -> None:
    found = verdict(stage, code, said.encode())
    assert type(found) is expected
    assert f"{stage.value}: {code} {said}" in str(found)
