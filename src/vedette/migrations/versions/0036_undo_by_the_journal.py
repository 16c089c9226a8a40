"""Changes of many entries are undone from the journal; copies of what they replaced go."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"


def upgrade() -> None:
    op.add_column("entry_changes", sa.Column("undone_step", sa.Integer, nullable=True))
    op.drop_table("entry_undos")
