"""How long versions had how many units."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    op.create_table(
        "unit_spans",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("arn", sa.String(1024), nullable=False),
        sa.Column("units", sa.Integer, nullable=False),
        sa.Column("began_ms", sa.BigInteger, nullable=False),
        sa.Column("until_ms", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_unit_spans_arn", "unit_spans", ["arn", "began_ms"])
