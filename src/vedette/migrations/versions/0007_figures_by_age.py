"""Old figures are found by their minute."""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_index("ix_minutes_minute", "minutes", ["minute"])
