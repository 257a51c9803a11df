"""SIREN and SIRET, the numbers of organisations in France, checked by their key. Pure.

A SIREN has nine figures, a SIRET the SIREN of the organisation and five figures for one of its
places; the last figure of each is the key of Luhn's algorithm (ISO/IEC 7812-1 annex B), as INSEE
says. The places of La Poste (SIREN 356 000 000) are older than that rule: the sum of the figures of
their SIRET is a multiple of five.
"""

_SIREN, _SIRET = 9, 14
_LA_POSTE = "356000000"
#: What people put between the figures: spaces of any kind, points and hyphens.
_BETWEEN = str.maketrans("", "", " .-\u00a0\u2009\u202f\t")


def identifier(typed: str) -> str:
    """The figures of what was ``typed``, a SIREN or a SIRET. `ValueError` where it is neither, or
    where its key is wrong."""
    figures = typed[:60].translate(_BETWEEN)
    if not (figures.isascii() and figures.isdigit()) or len(figures) not in (_SIREN, _SIRET):
        raise ValueError("neither 9 nor 14 figures")
    if len(figures) == _SIRET and figures.startswith(_LA_POSTE):
        if sum(map(int, figures)) % 5 and not _luhn(figures):
            raise ValueError("the key of the SIRET is wrong")
    elif not _luhn(figures) or not _luhn(figures[:_SIREN]) or not int(figures):
        raise ValueError("the key is wrong")
    return figures


def shown(figures: str) -> str:
    """A SIREN or SIRET as people read it: ``552 100 554``, ``552 100 554 00025``."""
    groups = [figures[:3], figures[3:6], figures[6:9], figures[9:]]
    return "\u202f".join(filter(None, groups))


def _luhn(figures: str) -> bool:
    doubled = [int(figure) * (2 if place % 2 else 1) for place, figure in enumerate(figures[::-1])]
    return sum(each - 9 if each > 9 else each for each in doubled) % 10 == 0
