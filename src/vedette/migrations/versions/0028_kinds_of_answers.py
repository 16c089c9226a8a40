"""What kind an answer of a labelling round is, a note for its reviewer, and what becomes of late answers."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    op.add_column("rounds", sa.Column("late", sa.String(8), nullable=False, server_default="accept"))
    op.add_column("round_answers", sa.Column("kind", sa.String(8), nullable=False, server_default="given"))
    op.add_column("round_answers", sa.Column("note", sa.Text, nullable=False, server_default=""))
