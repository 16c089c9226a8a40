"""Figures a minute."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "minutes",
        sa.Column("arn", sa.String(1024), nullable=False),
        sa.Column("minute", sa.BigInteger, nullable=False),
        sa.Column("figure", sa.String(32), nullable=False),
        sa.Column("total", sa.Float, nullable=False),
        sa.Column("samples", sa.Integer, nullable=False),
        sa.Column("least", sa.Float, nullable=False),
        sa.Column("most", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("arn", "minute", "figure", name="pk_minutes"),
    )
