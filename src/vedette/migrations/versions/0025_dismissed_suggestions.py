"""Suggestions that a person let stand."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    op.create_table(
        "dismissed_suggestions",
        sa.Column("dataset", sa.Integer, primary_key=True),
        sa.Column("kind", sa.String(16), primary_key=True),
        sa.Column("entry", sa.String(32), primary_key=True),
        sa.Column("about", sa.String(16), primary_key=True),
        sa.Column("facts", sa.Text, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("dismissed_ms", sa.BigInteger, nullable=False),
        sa.ForeignKeyConstraint(
            ["dataset"], ["datasets.id"], name="fk_dismissed_suggestions_dataset", ondelete="CASCADE"
        ),
    )
