"""What rounds of 50,000 pictures ask for: their counts by index, and the labels of an answer beside it."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.add_column("rounds", sa.Column("changes", sa.Integer, nullable=False, server_default="0"))
    op.add_column("round_answers", sa.Column("names", sa.Text, nullable=True))
    op.create_index("ix_round_answers_round_status", "round_answers", ["round", "status", "number"])
    op.create_index("ix_round_answers_people", "round_answers", ["round", "user_id", "name", "status"])
    op.create_index("ix_round_entries_compared", "round_entries", ["round", "agrees", "number", "agreement"])
    op.create_index("ix_round_entries_counts", "round_entries", ["round", "is_doubled", "agrees", "outcome"])
