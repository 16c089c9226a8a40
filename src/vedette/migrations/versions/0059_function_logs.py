"""Which process printed a function's log, and for how long it is kept."""

import sqlalchemy as sa
from alembic import op

revision = "0059"
down_revision = "0058"
# An older server writes rows without them.
works_with_older = True


def upgrade() -> None:
    op.add_column("function_logs", sa.Column("stream", sa.String(64), nullable=False, server_default=""))
    op.add_column("functions", sa.Column("log_days", sa.Integer, nullable=False, server_default="0"))
