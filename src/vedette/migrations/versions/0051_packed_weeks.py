"""Weeks of figures' hours in one row.

Older servers would put late figures into hours alone, and a packed week would go on without them: they have
to be stopped.
"""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"


def upgrade() -> None:
    op.create_table(
        "packed_weeks",
        sa.Column("arn", sa.String(1024), nullable=False),
        sa.Column("figure", sa.String(32), nullable=False),
        sa.Column("begin", sa.BigInteger, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("arn", "figure", "begin", name="pk_packed_weeks"),
    )
    op.create_index("ix_packed_weeks_begin", "packed_weeks", ["begin"])
