"""Imports: what is brought into datasets, from its first piece until it is in."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.create_table(
        "import_records",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("project", sa.Integer, nullable=False),
        sa.Column("dataset", sa.String(5), nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("options", sa.Text, nullable=False),
        sa.Column("caller", sa.Text, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("done", sa.Integer, nullable=False),
        sa.Column("total", sa.Integer, nullable=False),
        sa.Column("totals", sa.Text, nullable=False),
        sa.Column("result", sa.Text, nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.Column("changed_ms", sa.BigInteger, nullable=False),
        sa.ForeignKeyConstraint(
            ["project"], ["projects.id"], name="fk_import_records_project", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_import_records_project", "import_records", ["project"])
    op.create_table(
        "import_pieces",
        sa.Column("import_id", sa.String(32), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["import_records.id"], name="fk_import_pieces_import_id", ondelete="CASCADE"
        ),
    )
    op.create_table(
        "import_blocks",
        sa.Column("import_id", sa.String(32), primary_key=True),
        sa.Column("block", sa.Integer, primary_key=True),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("hashes", sa.LargeBinary, nullable=False),
        sa.Column("summary", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["import_records.id"], name="fk_import_blocks_import_id", ondelete="CASCADE"
        ),
    )
