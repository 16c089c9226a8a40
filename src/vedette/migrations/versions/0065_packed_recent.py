"""Days of weeks that are not packed yet, each week in one row a figure.

An older server does not know of them. A figure that it puts more than two hours late is missing in the row
of that week until it is made anew, within a day; newer servers remove the row.
"""

import sqlalchemy as sa
from alembic import op

revision = "0065"
down_revision = "0064"
works_with_older = True


def upgrade() -> None:
    op.create_table(
        "packed_recent",
        sa.Column("arn", sa.String(1024), nullable=False),
        sa.Column("figure", sa.String(32), nullable=False),
        sa.Column("begin", sa.BigInteger, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("sketches", sa.LargeBinary),
        sa.PrimaryKeyConstraint("arn", "figure", "begin", name="pk_packed_recent"),
    )
    op.create_index("ix_packed_recent_until", "packed_recent", ["until"])
