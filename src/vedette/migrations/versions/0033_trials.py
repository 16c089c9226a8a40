"""Trials of versions: their pictures, what was guessed of each, and what people say of that."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    op.create_table(
        "trials",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("project", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("version_name", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("caller", sa.Text, nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.Column("changed_ms", sa.BigInteger, nullable=False),
        sa.ForeignKeyConstraint(["project"], ["projects.id"], name="fk_trials_project", ondelete="CASCADE"),
    )
    op.create_index("ix_trials_project", "trials", ["project"])
    op.create_table(
        "trial_pictures",
        sa.Column("trial", sa.String(32), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("etag", sa.Text, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("guess", sa.Text, nullable=False),
        sa.Column("mask", sa.LargeBinary, nullable=True),
        sa.Column("line", sa.Text, nullable=False),
        sa.Column("confidence", sa.Float, nullable=False),
        sa.Column("doubt", sa.Float, nullable=False),
        sa.Column("verdict", sa.String(12), nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("verified_line", sa.Text, nullable=False),
        sa.Column("verified_by", sa.Text, nullable=False),
        sa.Column("verified_ms", sa.BigInteger, nullable=False),
        sa.Column("added", sa.String(8), nullable=False),
        sa.ForeignKeyConstraint(["trial"], ["trials.id"], name="fk_trial_pictures_trial", ondelete="CASCADE"),
    )
