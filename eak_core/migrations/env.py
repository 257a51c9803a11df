"""What Alembic runs for the core and for every plugin; see `eak_core.db.migrations`.

The versions come from each distribution's own folder, the connection from the caller.
"""

from alembic import context

from eak_core.db.migrations import configure

configure(context)
with context.begin_transaction():
    context.run_migrations()
