"""What searches look into, written anew: one kind of apostrophe and hyphen, ł as l, ø as o, and no
soft hyphens. Addresses follow; old ones still lead to their idea, by its number."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

# What is stored is what the running code would store: a search folds its words with this function
# too, and a copy of it kept here would one day fold them otherwise.
from eak_core.ideas.content.wording import slug_of
from eak_core.search.words import folded

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_AT_ONCE = 500

_idea = sa.table(
    "idea",
    sa.column("id", sa.Integer),
    sa.column("title", sa.String),
    sa.column("problem", sa.Text),
    sa.column("body", sa.Text),
    sa.column("slug", sa.String),
    sa.column("search_text", sa.Text),
)


def upgrade() -> None:
    connection = op.get_bind()
    write = (
        sa.update(_idea)
        .where(_idea.c.id == sa.bindparam("idea"))
        .values(slug=sa.bindparam("new_slug"), search_text=sa.bindparam("new_text"))
    )
    for some in _ideas(connection):
        changed = [values for idea in some if (values := _changed(idea))]
        if changed:
            connection.execute(write, changed)


def downgrade() -> None:
    """Nothing: the older code finds what it looks for in these texts too, save for such signs."""


def _ideas(connection: sa.Connection) -> Iterator[list[Any]]:
    last = 0
    some = sa.select(_idea).where(_idea.c.id > sa.bindparam("last")).order_by(_idea.c.id)
    while rows := list(connection.execute(some.limit(_AT_ONCE), {"last": last})):
        yield rows
        last = rows[-1].id


def _changed(idea: Any) -> dict[str, Any] | None:
    slug = slug_of(idea.title)
    text = folded(f"{idea.title} {idea.problem} {idea.body}")
    if (slug, text) == (idea.slug, idea.search_text):
        return None
    return {"idea": idea.id, "new_slug": slug, "new_text": text}
