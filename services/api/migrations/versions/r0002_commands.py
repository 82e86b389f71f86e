"""What was commanded, in a column of its own, and the indexes for the life of commands.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_COMMANDS = sa.text("kind = 'command'")


def upgrade() -> None:
    op.add_column("events", sa.Column("act", sa.Text(), nullable=False, server_default=""))
    # Until now the title alone told it, by its first word.
    op.execute("UPDATE events SET act = substr(title, 1, instr(title || ' ', ' ') - 1) WHERE kind = 'command'")
    columns = ["happened_ms", "kind", "device", "act", "phase", "source", "command_id", "seconds"]
    op.create_index("ix_events_commands", "events", columns, sqlite_where=_COMMANDS)
    op.create_index("ix_events_command_id", "events", ["command_id"], sqlite_where=_COMMANDS)
