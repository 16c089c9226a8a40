"""Exports into buckets, and the entries that they hold until they are over."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.create_table(
        "export_records",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("project", sa.Integer, nullable=False),
        sa.Column("wish", sa.Text, nullable=False),
        sa.Column("caller", sa.Text, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("is_frozen", sa.Boolean, nullable=False),
        sa.Column("done", sa.Integer, nullable=False),
        sa.Column("total", sa.Integer, nullable=False),
        sa.Column("files", sa.Integer, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("left_out", sa.Integer, nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.Column("changed_ms", sa.BigInteger, nullable=False),
        sa.ForeignKeyConstraint(
            ["project"], ["projects.id"], name="fk_export_records_project", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_export_records_project", "export_records", ["project"])
    op.create_table(
        "export_blocks",
        sa.Column("export_id", sa.String(32), primary_key=True),
        sa.Column("block", sa.Integer, primary_key=True),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.ForeignKeyConstraint(
            ["export_id"], ["export_records.id"], name="fk_export_blocks_export_id", ondelete="CASCADE"
        ),
    )
