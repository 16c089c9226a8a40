"""Who put an entry, by whose rights its picture is read. Older entries keep the account's."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "dataset_callers",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("facts_hash", sa.LargeBinary(16), nullable=False),
        sa.Column("facts", sa.Text, nullable=False),
        sa.UniqueConstraint("facts_hash", name="uq_dataset_callers_facts_hash"),
    )
    op.add_column("dataset_entries", sa.Column("picture_caller", sa.Integer, nullable=True))
    op.add_column("dataset_entries", sa.Column("line_caller", sa.Integer, nullable=True))
