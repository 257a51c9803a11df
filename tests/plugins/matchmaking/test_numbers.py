"""SIREN and SIRET: known numbers pass, mistakes do not."""

import pytest

from eak_matchmaking.organisations.numbers import identifier, shown


@pytest.mark.parametrize(
    ("typed", "figures"),
    [
        ("552 100 554", "552100554"),
        ("552\u202f100\u202f554 00013", "55210055400013"),
        ("732-829-320", "732829320"),
        ("732 829 320 00074", "73282932000074"),
        # The places of La Poste: their figures add up to a multiple of five.
        ("356 000 000 49837", "35600000049837"),
    ],
)
def test_numbers_with_a_right_key_are_taken(typed: str, figures: str) -> None:
    assert identifier(typed) == figures


@pytest.mark.parametrize(
    "typed",
    [
        "552 100 555", "73282932000075", "00000000000000", "000000000", "12345678", "1234567890",
        "SIREN 552100554", "٥٥٢١٠٠٥٥٤", "552100554\n0", "35600000049838", "5" * 10_000, "",
    ],
)  # fmt: skip
def test_others_are_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=r"key|figures"):
        identifier(typed)


def test_a_siret_whose_siren_is_wrong_is_refused() -> None:
    # Its own key is right: only the organisation's is not.
    wrong = next(f"73282932{last}{place:05}" for last in range(1, 10) for place in range(100)
                 if _luhn(f"73282932{last}{place:05}"))  # fmt: skip
    with pytest.raises(ValueError, match="key"):
        identifier(wrong)


def _luhn(figures: str) -> bool:
    total = 0
    for place, figure in enumerate(reversed(figures)):
        each = int(figure) * (1 + place % 2)
        total += each // 10 + each % 10
    return total % 10 == 0


def test_they_are_read_in_groups() -> None:
    assert shown("73282932000074") == "732\u202f829\u202f320\u202f00074"
    assert shown("552100554") == "552\u202f100\u202f554"
