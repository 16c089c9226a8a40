"""Datasets: their entries in parts, their bitmaps in blocks, and the works under way."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    _datasets()
    _entries()
    _labels()


def _bytes(*names: str) -> list[sa.Column[bytes]]:
    return [sa.Column(name, sa.LargeBinary, nullable=False) for name in names]


def _numbers(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer, nullable=False) for name in names]


def _datasets() -> None:
    op.create_table(
        "datasets",
        *_numbers("id", "project"),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.Column("updated_ms", sa.BigInteger, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("fault", sa.String(8), nullable=False),
        *_numbers("part"),
        sa.Column("bucket", sa.String(63), nullable=False),
        *_numbers("total", "labelled", "errors", "normal", "anomaly", "labels"),
        sa.PrimaryKeyConstraint("id", name="pk_datasets"),
        sa.ForeignKeyConstraint(["project"], ["projects.id"], name="fk_datasets_project"),
        sa.UniqueConstraint("project", "kind", name="uq_datasets_project_kind"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "dataset_parts",
        *_numbers("id"),
        sa.Column("dropped", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_dataset_parts"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "dataset_works",
        *_numbers("id", "dataset"),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("order", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_dataset_works"),
        sa.ForeignKeyConstraint(["dataset"], ["datasets.id"], name="fk_dataset_works_dataset"),
        sqlite_autoincrement=True,
    )


def _entries() -> None:
    op.create_table(
        "dataset_entries",
        *_numbers("part", "seq"),
        sa.Column("ref_hash", sa.LargeBinary(16), nullable=False),
        sa.Column("line", sa.Text, nullable=False),
        sa.Column("flaws", sa.Text, nullable=True),
        sa.Column("picture_flaws", sa.Text, nullable=True),
        sa.PrimaryKeyConstraint("part", "seq", name="pk_dataset_entries"),
    )
    op.create_index("uq_dataset_entries_part_ref_hash", "dataset_entries", ["part", "ref_hash"], unique=True)
    op.create_table(
        "dataset_blocks",
        *_numbers("part", "block"),
        *_bytes("present", "labelled", "normal", "anomaly", "errors", "created"),
        sa.PrimaryKeyConstraint("part", "block", name="pk_dataset_blocks"),
    )
    op.create_table(
        "dataset_refs",
        *_numbers("part", "block"),
        *_bytes("refs"),
        sa.PrimaryKeyConstraint("part", "block", name="pk_dataset_refs"),
    )


def _labels() -> None:
    op.create_table(
        "dataset_labels",
        *_numbers("part", "label"),
        *_bytes("name"),
        *_numbers("pictures", "boxed"),
        sa.PrimaryKeyConstraint("part", "label", name="pk_dataset_labels"),
        sa.UniqueConstraint("part", "name", name="uq_dataset_labels_part_name"),
    )
    op.create_table(
        "dataset_label_blocks",
        *_numbers("part", "label", "block"),
        *_bytes("pictures", "boxed"),
        sa.PrimaryKeyConstraint("part", "label", "block", name="pk_dataset_label_blocks"),
    )
    op.create_index("ix_dataset_label_blocks_part_block", "dataset_label_blocks", ["part", "block"])
