"""The addresses of services: ``/<slug>/``."""

import re

from eak_core.errors import Invalid
from eak_core.i18n import _l

SHAPE = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])")

#: First segments that the site itself answers on, now or foreseeably, in both languages.
RESERVED = frozenset(
    """
    a-propos about accessibilite accessibility account admin aide api apropos assets atom avatar
    badges catalogue cgu compte comptes confidentialite connexion contact contacts cookies csv
    dashboard demo donnees eak erreur error favicon feed feeds fichiers files fs-static gestion
    health healthz help home images inscription json language langue langues legal lettre login
    logout mail media mentions mentions-legales metrics new newsletter nouveau nouvelle oauth
    oidc ping plan plan-du-site plugins politique portail portal privacy recherche register
    robots root search security service services site sitemap static statistiques stats status
    statut system systeme theme themes upload uploads user users utilisateurs vie-privee
    webauthn well-known www
    """.split()
)


def check_slug(slug: str) -> str:
    """``slug`` where it may become the address of a service; `Invalid` otherwise.

    From 2 to 40 characters of a–z, 0–9 and hyphens, neither first nor last, and none of
    `RESERVED`.
    """
    if not SHAPE.fullmatch(slug):
        raise _refused(
            _l(
                "The address takes 2 to 40 characters: a to z without accents, digits, and hyphens"
                " in between."
            )
        )
    if slug in RESERVED:
        raise _refused(_l("The site uses this address itself. Please choose another one."))
    return slug


def slug_taken() -> Invalid:
    """The refusal of an address that another service has."""
    return _refused(_l("Another service already has this address."))


def _refused(reason: object) -> Invalid:
    return Invalid(_l("The service was not saved: one answer needs correction."), {"slug": reason})
