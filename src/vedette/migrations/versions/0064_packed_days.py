"""Days of figures' packed weeks, for whichever hour of the day a period begins at.

An older server that changes a packed week makes its row anew, and so without the mark that its days are
packed: they are read from the week until they are.
"""

import sqlalchemy as sa
from alembic import op

revision = "0064"
down_revision = "0063"
works_with_older = True


def upgrade() -> None:
    op.create_table(
        "packed_days",
        sa.Column("arn", sa.String(1024), nullable=False),
        sa.Column("figure", sa.String(32), nullable=False),
        sa.Column("phase", sa.Integer, nullable=False),
        sa.Column("begin", sa.BigInteger, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("sketches", sa.LargeBinary),
        sa.PrimaryKeyConstraint("arn", "figure", "phase", "begin", name="pk_packed_days"),
    )
    op.create_index("ix_packed_days_begin", "packed_days", ["begin"])
    op.add_column("packed_weeks", sa.Column("has_days", sa.Integer, nullable=False, server_default="0"))
    op.create_index("ix_packed_weeks_days", "packed_weeks", ["has_days", "arn", "figure", "begin"])
