"""What lines, maps and arrows are drawn on: shapes one after the other, and where each text is."""

from dataclasses import dataclass
from typing import Literal

from markupsafe import escape

from eak_core.web.charts.looks import SIZE, Look, width_of

Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle, in pixels from the upper left corner."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "Box") -> bool:
        """Whether the two have any place in common."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


def text_box(x: float, y: float, text: str, anchor: Anchor = "start") -> Box:
    """Where ``text`` stands whose base line, at ``y``, begins, ends or has its middle at ``x``."""
    width = width_of(text)
    left = x - {"start": 0.0, "middle": width / 2, "end": width}[anchor]
    return Box(left, y - SIZE, left + width, y + SIZE * 0.3)


class Canvas:
    """A picture ``width`` pixels wide and ``height`` high, in one of the looks.

    ``texts`` and ``solids`` are the boxes of what was written and of what nothing may cover,
    ``inside`` those of texts with the shape that each stands in.
    """

    def __init__(self, width: int, look: Look) -> None:
        self.width = width
        self.height = 0
        self.look = look
        self.texts: list[Box] = []
        self.solids: list[Box] = []
        self.inside: list[tuple[Box, Box]] = []
        self._shapes: list[str] = []

    @property
    def body(self) -> str:
        """What stands in the ``<svg>``."""
        return "".join(self._shapes)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        role: str = "text",
        anchor: Anchor = "start",
        *,
        within: Box | None = None,
    ) -> None:
        """Write ``text`` with its base line at ``y``, ``within`` a shape or where nothing is."""
        box = text_box(x, y, text, anchor)
        if within is None:
            self.texts.append(box)
        else:
            self.inside.append((box, within))
        self._shapes.append(
            f'<text{self.look[role]} x="{x:.4g}" y="{y:.4g}" text-anchor="{anchor}">'
            f"{escape(text)}</text>"
        )

    def path(self, role: str, steps: str, more: str = "") -> None:
        """Draw a line along ``steps``, as the attribute ``d`` has them."""
        self._shapes.append(f'<path{self.look[role]} d="{steps}"{more}/>')

    def circle(
        self, role: str, x: float, y: float, radius: float, title: str, url: str = ""
    ) -> None:
        """Draw a circle that says its ``title`` to a pointer, and leads it to ``url``."""
        self.solids.append(Box(x - radius, y - radius, x + radius, y + radius))
        drawn = (
            f'<circle{self.look[role]} cx="{x:.4g}" cy="{y:.4g}" r="{radius:.3g}">'
            f"<title>{escape(title)}</title></circle>"
        )
        # The keyboard and those who hear the page have the list beside the drawing.
        link = f'<a href="{escape(url)}" tabindex="-1">{drawn}</a>'
        self._shapes.append(link if url else drawn)

    def rectangle(self, role: str, box: Box) -> None:
        """Draw the rectangle ``box``."""
        self.solids.append(box)
        self._shapes.append(
            f'<rect{self.look[role]} x="{box.left:.4g}" y="{box.top:.4g}"'
            f' width="{box.right - box.left:.4g}" height="{box.bottom - box.top:.4g}" rx="6"/>'
        )
