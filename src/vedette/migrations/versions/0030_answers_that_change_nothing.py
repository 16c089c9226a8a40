"""Answers of labelling rounds that say what the picture's line did are told by their labels, which are ""."""

from alembic import op

revision = "0030"
down_revision = "0029"

SAME = """
UPDATE round_answers SET names = ''
WHERE line = (
    SELECT round_entries.line FROM round_entries
    WHERE round_entries.round = round_answers.round AND round_entries.number = round_answers.number
)
"""


def upgrade() -> None:
    op.execute(SAME)
