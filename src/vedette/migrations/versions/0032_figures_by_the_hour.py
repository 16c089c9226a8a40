"""Figures by the hour, beside those by the minute."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    op.create_table(
        "hours",
        sa.Column("arn", sa.String(1024), primary_key=True),
        sa.Column("minute", sa.BigInteger, primary_key=True),
        sa.Column("figure", sa.String(32), primary_key=True),
        sa.Column("total", sa.Float, nullable=False),
        sa.Column("samples", sa.Integer, nullable=False),
        sa.Column("least", sa.Float, nullable=False),
        sa.Column("most", sa.Float, nullable=False),
    )
    op.create_index("ix_hours_minute", "hours", ["minute"])
    op.execute(
        "insert into hours (arn, minute, figure, total, samples, least, most) "
        "select arn, minute - minute % 60, figure, sum(total), sum(samples), min(least), max(most) "
        "from minutes group by arn, minute - minute % 60, figure"
    )
