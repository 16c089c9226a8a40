"""Where the entry of an address is, in a table of its own instead of an index that a million rows grow."""

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"


def upgrade() -> None:
    op.create_table(
        "dataset_entry_places",
        sa.Column("part", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("ref_hash", sa.LargeBinary(16), nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("part", "ref_hash", name="pk_dataset_entry_places"),
        sqlite_with_rowid=False,
    )
    # In the order of the index that it replaces, so that each page is written once.
    op.execute(
        "insert into dataset_entry_places (part, ref_hash, seq) "
        "select part, ref_hash, seq from dataset_entries order by part, ref_hash"
    )
    op.drop_index("uq_dataset_entries_part_ref_hash", table_name="dataset_entries")
