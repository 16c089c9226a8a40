"""How long answers of labelling rounds took, found without a row of them being read."""

from alembic import op

revision = "0040"
down_revision = "0039"

COLUMNS = ["round", "user_id", "answered_ms", "kind"]


def upgrade() -> None:
    op.create_index("ix_round_answers_times", "round_answers", COLUMNS)
