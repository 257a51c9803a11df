"""What people typed is shown with the no-break spaces of French, and kept as they typed it."""

import pytest
from flask import Flask, render_template_string

from eak_core.web.markdown import markdown
from eak_core.web.typography import joined

NARROW, WIDE = "\u202f", "\u00a0"


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Et si on essayait ?", f"Et si on essayait{NARROW}?"),
        ("Vite ! Non ; si », dit-il", f"Vite{NARROW}! Non{NARROW}; si{NARROW}», dit-il"),
        ("« Mon quartier »", f"«{NARROW}Mon quartier{NARROW}»"),
        ("Le budget : 12 000 €", f"Le budget{WIDE}: 12{NARROW}000{NARROW}€"),
        ("30 % en 3 mois, à 5 km", f"30{NARROW}% en 3{WIDE}mois, à 5{WIDE}km"),
        ("25 m² et 4 mares", f"25{WIDE}m² et 4 mares"),
        # Nothing is added, and what is no French punctuation stays.
        ("Why? Because: 1:2, for €90", "Why? Because: 1:2, for €90"),
        ("  a :-) b", "  a :-) b"),
        ("en 2026 1234 fois", "en 2026 1234 fois"),
        ("", ""),
    ],
)
def test_spaces_that_must_not_break_are_joined(typed: str, shown: str) -> None:
    assert joined(typed) == shown


@pytest.mark.parametrize("tag", ["code", "kbd", "pre", "samp"])
def test_what_is_copied_from_a_page_keeps_its_spaces(site: Flask, tag: str) -> None:
    page = f"{{{{ it }}}} <{tag} id='{{{{ it }}}}'>{{{{ it if it else '' }}}}</{tag}> {{{{ it }}}}"
    page += f"<{tag}>{{% trans %}}Key {{{{ it }}}}{{% endtrans %}}</{tag}>"
    with site.test_request_context("/"):
        shown = render_template_string(page, it="VEF5 424I < N4")
    joined_, kept = f"VEF5{NARROW}424I &lt; N4", "VEF5 424I &lt; N4"
    assert f">{kept}</{tag}> {joined_}" in shown
    assert shown.startswith(joined_)


def test_a_text_is_joined_but_for_its_code() -> None:
    shown = markdown("Combien ?\n\n`a ? b : c`\n\n    x ? y : z")
    assert f"<p>Combien{NARROW}?</p>" in shown
    assert "<code>a ? b : c</code>" in shown
    assert "x ? y : z" in shown
