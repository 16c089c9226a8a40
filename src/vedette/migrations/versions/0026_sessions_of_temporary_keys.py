"""Sessions of the console that begin with temporary keys, and end with them."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    op.add_column("console_sessions", sa.Column("temporary_key", sa.String(128), nullable=True))
    op.add_column("console_sessions", sa.Column("session_token", sa.Text, nullable=True))
    op.add_column("console_sessions", sa.Column("role_session", sa.String(200), nullable=True))
