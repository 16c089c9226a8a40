"""Pictures that somebody could not label for sure; until now none was marked so."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"

# A bit for each of a block's 1,024 entries, none of them set.
NONE = "00" * 128


def upgrade() -> None:
    literal = f"X'{NONE}'" if op.get_bind().dialect.name == "sqlite" else f"'\\x{NONE}'::bytea"
    op.add_column(
        "dataset_blocks",
        sa.Column("unsure", sa.LargeBinary, nullable=False, server_default=sa.text(literal)),
    )
