"""Marks of counted time, by which things are removed for their age."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"


def upgrade() -> None:
    op.create_table(
        "passed_time",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("wall_ms", sa.BigInteger, nullable=False),
        sa.Column("passed_ms", sa.BigInteger, nullable=False),
    )
