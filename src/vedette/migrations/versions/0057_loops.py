"""Feedback loops."""

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0056"
# A table of its own, that an older server does not look at.
works_with_older = True


def upgrade() -> None:
    op.create_table(
        "loops",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("project", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("version_name", sa.Text, nullable=False),
        sa.Column("wish", sa.Text, nullable=False),
        sa.Column("caller", sa.Text, nullable=False),
        sa.Column("step", sa.String(12), nullable=False),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("is_confirmed", sa.Boolean, nullable=False),
        sa.Column("is_in_hand", sa.Boolean, nullable=False),
        sa.Column("facts", sa.Text, nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.Column("changed_ms", sa.BigInteger, nullable=False),
        sa.ForeignKeyConstraint(["project"], ["projects.id"], name="fk_loops_project", ondelete="CASCADE"),
    )
    op.create_index("ix_loops_project", "loops", ["project"])
    op.create_index("ix_loops_status", "loops", ["status"])
