"""Batches, and the pictures of their parts."""

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"
works_with_older = True


def upgrade() -> None:
    op.create_table(
        "batches",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("project", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("version_name", sa.Text, nullable=False),
        sa.Column("wish", sa.Text, nullable=False),
        sa.Column("caller", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("total", sa.Integer, nullable=False),
        sa.Column("parts", sa.Integer, nullable=False),
        sa.Column("tally", sa.Text, nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.Column("changed_ms", sa.BigInteger, nullable=False),
        sa.ForeignKeyConstraint(["project"], ["projects.id"], name="fk_batches_project", ondelete="CASCADE"),
    )
    op.create_index("ix_batches_project", "batches", ["project"])
    op.create_table(
        "batch_parts",
        sa.Column("batch", sa.String(32), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("keys", sa.LargeBinary, nullable=False),
        sa.Column("is_done", sa.Boolean, nullable=False),
        sa.ForeignKeyConstraint(["batch"], ["batches.id"], name="fk_batch_parts_batch", ondelete="CASCADE"),
    )
