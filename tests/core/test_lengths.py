"""No module grows past what somebody reads in one sitting."""

from pathlib import Path

TREE = Path(__file__).parents[2]
#: In lines. Migrations are long where a table is, and nobody reads them twice.
LONGEST = 350


def test_no_module_is_longer_than_what_is_read_in_one_sitting() -> None:
    modules = [
        file
        for room in ("eak_core", "plugins")
        for file in (TREE / room).rglob("*.py")
        if "migrations" not in file.parts
    ]
    assert len(modules) > 600
    lines = {
        str(each.relative_to(TREE)): len(each.read_text("utf-8").splitlines()) for each in modules
    }
    assert {name: count for name, count in lines.items() if count > LONGEST} == {}
