"""Challenges of passkeys that were answered."""

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"
works_with_older = True


def upgrade() -> None:
    op.create_table(
        "used_challenges",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("ends_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_used_challenges"),
    )
