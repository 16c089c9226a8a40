"""How long what a function printed is, so that a list of logs does not read them."""

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0059"
# An older server writes rows that count for nothing.
works_with_older = True


def upgrade() -> None:
    op.add_column("function_logs", sa.Column("size", sa.Integer, nullable=False, server_default="0"))
    in_bytes = (
        "octet_length(text)" if op.get_bind().dialect.name == "postgresql" else "length(CAST(text AS BLOB))"
    )
    op.execute(f"UPDATE function_logs SET size = {in_bytes}")  # noqa: S608  (no value of anybody's)
    op.create_index("ix_function_logs_size", "function_logs", ["function", "at_ms", "size"])
