"""The files of a badge, and what it looks like."""

from eak_ambassadors.badges import drawing, images
from eak_ambassadors.manifest import plugin
from eak_ambassadors.models import Badge
from eak_core.api import Service, Session, in_paris, plugin_settings

ENDINGS = ("png", "svg", "jwt", "json")


def file_of(
    session: Session, service: Service, badge: Badge, ending: str
) -> tuple[bytes, str] | None:
    """The file of a badge and its type; None for another ``ending``."""
    if ending == "png":
        return images.bake_png(drawing.png(drawing.Colours()), badge.token), "image/png"
    if ending == "svg":
        return images.bake_svg(drawn(session, service, badge), badge.token), "image/svg+xml"
    if ending == "jwt":
        return badge.token.encode(), "application/jwt"
    if ending == "json":
        return badge.document.encode(), "application/ld+json"
    return None


def drawn(session: Session, service: Service, badge: Badge) -> bytes:
    """The drawing of a badge."""
    name = plugin_settings(session, service.id, plugin.name)["badge_name"]
    term = f"{in_paris(badge.issued_at).year} – {in_paris(badge.until).year}"
    return drawing.svg(name, (service.name, term), drawing.Colours())
