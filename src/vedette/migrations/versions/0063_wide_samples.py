"""How many samples a figure has, in 64 bits: clients count up to 10^9 each of 150 values at once.

PostgreSQL refused a sum beyond 2^31 - 1, and with it every other figure that was to be written with it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0063"
down_revision = "0062"
works_with_older = True


def upgrade() -> None:
    # SQLite's integers have 64 bits, whatever they are called.
    if op.get_bind().dialect.name == "postgresql":
        for table in ("minutes", "hours"):
            op.alter_column(table, "samples", type_=sa.BigInteger)
