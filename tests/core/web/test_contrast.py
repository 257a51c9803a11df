"""The colours of every theme, computed: WCAG 2.2, 1.4.3 (text) and 1.4.11 (what is not text)."""

import re
from pathlib import Path

import pytest

import eak_core
from eak_core.web import assets

ROOT = Path(eak_core.__file__).parents[1]
SHEETS = {
    "core": ROOT / "eak_core/static/css/theme.css",
    **{file.parents[2].name: file for file in ROOT.glob("themes/*/static/css/theme.css")},
}

TEXT = [
    *((ink, ground) for ink in ("ink", "ink-soft", "link", "accent", "primary", "primary-strong")
      for ground in ("paper", "surface", "sunk")),
    ("on-primary", "primary"),
    ("on-primary", "primary-strong"),
    ("on-act", "act"),
    ("on-act", "act-strong"),
    ("on-footer", "footer"),
    *((f"{tone}-ink", f"{tone}-bg")
      for tone in ("neutral", "progress", "success", "attention", "danger")),
    ("danger-ink", "paper"),
    ("danger-ink", "surface"),
]  # fmt: skip
NOT_TEXT = [
    *((line, ground) for line in ("line-strong", "focus", "danger-ink")
      for ground in ("paper", "surface", "sunk")),
]  # fmt: skip


#: What a block of a style sheet is for: everything, or a variant of the theme.
BLOCK = re.compile(r'(?::root[^{]*|\[data-variant="([a-z-]+)"\]) \{(.*?)\}', re.DOTALL)
COLOUR = re.compile(r"--eak-([\w-]+):\s*(#[0-9a-f]{6});")


def blocks(text: str) -> dict[str, dict[str, str]]:
    """The colours of each variant, and those of all under ``""``."""
    found: dict[str, dict[str, str]] = {}
    for variant, block in BLOCK.findall(text):
        found[variant] = found.get(variant, {}) | dict(COLOUR.findall(block))
    return found


def tokens(sheet: Path, scheme: str, variant: str = "") -> dict[str, str]:
    light, _, dark = sheet.read_text(encoding="utf-8").partition(
        "@media (prefers-color-scheme: dark)"
    )
    day, night = blocks(light), blocks(dark)
    found = day[""]
    if scheme == "dark":
        assert day[""].keys() == night[""].keys()
        found |= night[""]
    if variant:
        assert night[variant].keys() - day[variant].keys() <= {"on-primary"}
        found |= (night if scheme == "dark" else day)[variant]
    # As components have it where a theme says nothing.
    for act in ("act", "act-strong", "on-act"):
        found.setdefault(act, found[act.replace("act", "primary")])
    return found


LOOKS = [
    (theme, variant)
    for theme, sheet in sorted(SHEETS.items())
    for variant in sorted(blocks(sheet.read_text(encoding="utf-8")))
]


def luminance(colour: str) -> float:
    """Relative luminance of ``#rrggbb`` (WCAG 2.2, definitions)."""
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_the_formula_is_the_one_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("theme", "variant"), LOOKS)
def test_every_pair_of_colours_can_be_read(theme: str, variant: str, scheme: str) -> None:
    colours = tokens(SHEETS[theme], scheme, variant)
    least = 7 if theme == "contraste" else 4.5
    weak = [
        f"{ink} on {ground}: {contrast(colours[ink], colours[ground]):.2f}"
        for pairs, limit in ((TEXT, least), (NOT_TEXT, 3))
        for ink, ground in pairs
        if contrast(colours[ink], colours[ground]) < limit
    ]
    assert weak == []


def test_components_use_tokens_only() -> None:
    own = [ROOT / "eak_core/static" / path for path in assets.SHEETS[1:-1]]
    sheet = "".join(file.read_text(encoding="utf-8") for file in own)
    assert re.findall(r"#[0-9a-f]{3,8}\b|\brgba?\(|\bhsla?\(", sheet) == []
    used = set(re.findall(r"var\(--eak-([\w-]+)", sheet))
    given = set(re.findall(r"--eak-([\w-]+):", sheet)) | tokens(SHEETS["core"], "light").keys()
    assert used - given == set()
