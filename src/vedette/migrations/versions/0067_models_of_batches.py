"""Which model a batch asks, so that none goes on with another.

An older server begins batches without it, and holds those of newer ones to nothing.
"""

import sqlalchemy as sa
from alembic import op

revision = "0067"
down_revision = "0066"
works_with_older = True


def upgrade() -> None:
    op.add_column("batches", sa.Column("model", sa.Text, nullable=True))
