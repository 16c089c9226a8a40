"""Who is told how an event of a function ended, and which functions were called on the way to it."""

import sqlalchemy as sa
from alembic import op

revision = "0061"
down_revision = "0060"
# An older server writes rows without them.
works_with_older = True


def upgrade() -> None:
    op.add_column("function_events", sa.Column("chain", sa.Text, nullable=False, server_default=""))
    op.add_column("function_events", sa.Column("condition", sa.String(64), nullable=False, server_default=""))
    op.add_column("function_events", sa.Column("owed", sa.Text, nullable=False, server_default=""))
    op.add_column("function_events", sa.Column("owed_ms", sa.BigInteger, nullable=False, server_default="0"))
    op.create_index("ix_function_events_owed_ms", "function_events", ["owed_ms"])
