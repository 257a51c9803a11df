"""The commands that need no site."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from eak_ambassadors.badges import images
from eak_ambassadors.badges.drawing import Colours, png
from eak_ambassadors.badges.issuers import did_document
from eak_ambassadors.commands.draw import draw_command
from eak_ambassadors.commands.verify import verify_command
from eak_ambassadors.jury import lot
from eak_core import clock
from tests.plugins.ambassadors.badges import NOW, Issuing
from tests.plugins.ambassadors.test_lot import JURY, POOL

MINE = Issuing()


@pytest.fixture
def issuer(tmp_path: Path) -> Path:
    document = did_document(MINE.did, list(MINE.issuer().keys.values()))
    file = tmp_path / "issuer.json"
    file.write_text(json.dumps({"didDocument": document, "statusLists": [MINE.status_list()]}))
    return file


def run(file: Path | str, issuer: Path) -> Result:
    with clock.freeze(NOW):
        return CliRunner().invoke(
            verify_command, [str(file), "--issuer", str(issuer)], standalone_mode=False
        )


def test_a_badge_is_verified_without_a_site(tmp_path: Path, issuer: Path) -> None:
    token, file = MINE.token(MINE.badge()), tmp_path / "badge"
    contents = {
        "jwt": token.encode(),
        "png": images.bake_png(png(Colours()), token),
        "json": json.dumps(MINE.document(MINE.badge())).encode(),
    }
    for content in contents.values():
        file.write_bytes(content)
        result = run(file, issuer)
        assert result.return_value == 0, result.output
        assert "valid: Ambassadrice ou ambassadeur" in result.output
        assert "urn:uuid:" in result.output


def test_what_is_no_badge_is_refused_with_its_reason(tmp_path: Path, issuer: Path) -> None:
    file = tmp_path / "badge"
    file.write_bytes(MINE.token(MINE.badge()).encode()[:-4])
    result = run(file, issuer)
    assert result.return_value == 1
    assert result.output.startswith("not valid: signature: ") or "jwt-broken" in result.output
    with file.open("wb") as opened:
        opened.truncate(100_000_000)  # 100 MB, of which no more is read than a badge has
    assert "too-large" in run(file, issuer).output


def test_what_cannot_be_read_is_told_apart(tmp_path: Path, issuer: Path) -> None:
    assert run(tmp_path / "nothing", issuer).return_value == 2
    broken = tmp_path / "broken"
    broken.write_text("{}")
    assert run(broken, broken).return_value == 2
    assert run(broken, tmp_path / "nothing").return_value == 2


def draw(seed: str, pool: Path) -> Result:
    arguments = ["--seed", seed, "--pool", str(pool)]
    return CliRunner().invoke(draw_command, arguments, standalone_mode=False)


def test_a_jury_is_drawn_again(tmp_path: Path) -> None:
    pool = tmp_path / "pool.json"
    pool.write_bytes(lot.written(POOL))
    result = draw("0123abcd:7 12 21 33 40", pool)
    assert result.return_value == 0
    lines = result.output.splitlines()
    assert lines[0] == f"pool {POOL.digest}"
    assert [line.split()[2] for line in lines[1:6]] == JURY
    assert len(lines) == 16


def test_a_pool_that_cannot_be_drawn_from_is_refused(tmp_path: Path) -> None:
    pool = tmp_path / "pool.json"
    assert draw("x", pool).return_value == 2
    pool.write_bytes(lot.written(lot.Pool(5, 2, POOL.candidates[:3])))
    assert draw("x", pool).return_value == 2
