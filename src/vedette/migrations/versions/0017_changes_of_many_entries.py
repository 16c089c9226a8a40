"""Changes of many entries at once, and what undoes them."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.create_table(
        "entry_changes",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("project", sa.Integer, nullable=False),
        sa.Column("dataset", sa.Integer, nullable=False),
        sa.Column("change", sa.Text, nullable=False),
        sa.Column("caller", sa.Text, nullable=False),
        sa.Column("places", sa.LargeBinary, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("total", sa.Integer, nullable=False),
        sa.Column("done", sa.Integer, nullable=False),
        sa.Column("skipped", sa.Integer, nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.Column("ended_ms", sa.BigInteger, nullable=True),
        sa.ForeignKeyConstraint(
            ["project"], ["projects.id"], name="fk_entry_changes_project", ondelete="CASCADE"
        ),
    )
    op.create_table(
        "entry_undos",
        sa.Column("change", sa.String(32), primary_key=True),
        sa.Column("batch", sa.Integer, primary_key=True),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.ForeignKeyConstraint(
            ["change"], ["entry_changes.id"], name="fk_entry_undos_change", ondelete="CASCADE"
        ),
    )
