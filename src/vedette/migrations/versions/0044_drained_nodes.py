"""The nodes that people empty, by name."""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
works_with_older = True


def upgrade() -> None:
    op.create_table(
        "drained_nodes",
        sa.Column("name", sa.String(255), primary_key=True),
        sa.Column("since_ms", sa.BigInteger, nullable=False),
        sa.Column("by", sa.String(2048), nullable=False),
    )
