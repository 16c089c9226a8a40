"""The ways by which people sign in at each of the servers that share a database.

An older server writes none, and is taken for one that offers all.
"""

import sqlalchemy as sa
from alembic import op

revision = "0066"
down_revision = "0065"
works_with_older = True


def upgrade() -> None:
    op.add_column("servers", sa.Column("sign_in", sa.Text, nullable=True))
