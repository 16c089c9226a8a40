"""The journal of datasets' changes, snapshots, and what puts entries back."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    _journal()
    _snapshots()


def _journal() -> None:
    op.create_table(
        "dataset_journal",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("dataset", sa.Integer, nullable=False),
        sa.Column("other", sa.Integer, nullable=True),
        sa.Column("whole_part", sa.Integer, nullable=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("work", sa.String(64), nullable=False),
        sa.Column("caller", sa.Integer, nullable=True),
        sa.Column("began_ms", sa.BigInteger, nullable=False),
        sa.Column("ended_ms", sa.BigInteger, nullable=False),
        sa.Column("added", sa.Integer, nullable=False),
        sa.Column("removed", sa.Integer, nullable=False),
        sa.Column("changed", sa.Integer, nullable=False),
        sa.Column("labels", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("reverts", sa.Integer, nullable=True),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_dataset_journal_dataset_id", "dataset_journal", ["dataset", "id"])
    op.create_index("ix_dataset_journal_other_id", "dataset_journal", ["other", "id"])
    op.create_index("ix_dataset_journal_work", "dataset_journal", ["work"])
    op.create_table(
        "dataset_journal_steps",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("line", sa.Integer, nullable=False),
        sa.Column("part", sa.Integer, nullable=False),
        sa.Column("block", sa.Integer, nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("facts", sa.LargeBinary, nullable=False),
        sa.Column("labels", sa.LargeBinary, nullable=False),
        sa.Column("rows", sa.LargeBinary, nullable=True),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_dataset_journal_steps_part_block_id", "dataset_journal_steps", ["part", "block", "id"]
    )
    op.create_index("ix_dataset_journal_steps_line", "dataset_journal_steps", ["line"])


def _snapshots() -> None:
    op.create_table(
        "dataset_snapshots",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("dataset", sa.Integer, nullable=False),
        sa.Column("part", sa.Integer, nullable=False),
        sa.Column("step", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("reason", sa.String(16), nullable=False),
        sa.Column("caller", sa.Integer, nullable=True),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.Column("bucket", sa.String(63), nullable=False),
        sa.Column("counts", sa.Text, nullable=False),
        sa.Column("labels", sa.Text, nullable=False),
    )
    op.create_index("ix_dataset_snapshots_dataset", "dataset_snapshots", ["dataset"])
    op.create_index("ix_dataset_snapshots_part", "dataset_snapshots", ["part"])
    op.create_table(
        "dataset_restorations",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("project", sa.Integer, nullable=False),
        sa.Column("dataset", sa.Integer, nullable=False),
        sa.Column("snapshot", sa.String(32), nullable=False),
        sa.Column("line", sa.Integer, nullable=True),
        sa.Column("only_labels", sa.Boolean, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("caller", sa.Text, nullable=False),
        sa.Column("before", sa.String(32), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("total", sa.Integer, nullable=False),
        sa.Column("done", sa.Integer, nullable=False),
        sa.Column("skipped", sa.Integer, nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.Column("ended_ms", sa.BigInteger, nullable=True),
        sa.ForeignKeyConstraint(
            ["project"], ["projects.id"], name="fk_dataset_restorations_project", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_dataset_restorations_dataset", "dataset_restorations", ["dataset"])
