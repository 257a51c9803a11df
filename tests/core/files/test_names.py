"""What is shown of the names of files."""

import pytest

from eak_core.files.names import shown_name


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("Le plan du 3 mai.pdf", "Le plan du 3 mai.pdf"),
        ("../../../etc/passwd", "passwd.pdf"),
        ("..\\..\\boot.ini.pdf", "boot.ini.pdf"),
        ("..", "document.pdf"),
        ("", "document.pdf"),
        (None, "document.pdf"),
        ("plan\r\nSet-Cookie: a=b.pdf", "plan Set-Cookie a=b.pdf"),
        ('"><script>.pdf', "script.pdf"),
        ("a\u202efdp.exe", "afdp.pdf"),
        ("a\0b.pdf", "ab.pdf"),
        ("\u200b\u200b.pdf", "document.pdf"),
        ("é" * 500 + ".pdf", "é" * 116 + ".pdf"),
        ("CON.pdf.exe", "CON.pdf.pdf"),
    ],
)
def test_a_name_loses_what_means_something_to_a_system_a_browser_or_a_page(
    given: str | None, shown: str
) -> None:
    assert shown_name(given, ".pdf") == shown


def test_of_a_name_that_says_nothing_nothing_is_shown_without_an_ending() -> None:
    assert shown_name("\u200b.jpg") == ""
