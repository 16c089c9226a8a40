"""Drafts: what a model guesses of pictures without a label."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.create_table(
        "draft_runs",
        sa.Column("dataset", sa.Integer, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("total", sa.Integer, nullable=False),
        sa.Column("done", sa.Integer, nullable=False),
        sa.Column("started_ms", sa.BigInteger, nullable=False),
        sa.Column("ended_ms", sa.BigInteger, nullable=True),
        sa.ForeignKeyConstraint(
            ["dataset"], ["datasets.id"], name="fk_draft_runs_dataset", ondelete="CASCADE"
        ),
    )
    op.create_table(
        "drafts",
        sa.Column("dataset", sa.Integer, primary_key=True),
        sa.Column("entry", sa.String(32), primary_key=True),
        sa.Column("revision", sa.String(16), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("confidence", sa.Float, nullable=False),
        sa.Column("doubt", sa.Float, nullable=False),
        sa.Column("guess", sa.Text, nullable=False),
        sa.Column("mask", sa.LargeBinary, nullable=True),
        sa.ForeignKeyConstraint(["dataset"], ["datasets.id"], name="fk_drafts_dataset", ondelete="CASCADE"),
    )
