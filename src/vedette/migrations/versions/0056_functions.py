"""Functions: customers' own handlers, their events and their logs."""

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0055"
# Tables of their own, that an older server does not look at.
works_with_older = True


def upgrade() -> None:
    op.create_table(
        "functions",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("account", sa.String(12), nullable=False),
        sa.Column("region", sa.String(64), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("revision", sa.String(36), nullable=False),
        sa.Column("changed_ms", sa.BigInteger, nullable=False),
        sa.Column("policy", sa.Text, nullable=False),
        sa.Column("settings", sa.LargeBinary, nullable=False),
        sa.Column("code", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("account", "region", "name", name="uq_functions_account_region_name"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "function_events",
        sa.Column("id", sa.Integer, primary_key=True),
        _function("function_events"),
        sa.Column("request", sa.String(36), nullable=False),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sa.Column("noted_ms", sa.BigInteger, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("due_ms", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.UniqueConstraint("function", "request", name="uq_function_events_function_request"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_function_events_state", "function_events", ["state", "due_ms"])
    op.create_table(
        "function_logs",
        sa.Column("id", sa.Integer, primary_key=True),
        _function("function_logs"),
        sa.Column("request", sa.String(36), nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_function_logs_function", "function_logs", ["function", "id"])


def _function(table: str) -> sa.Column[int]:
    key = sa.ForeignKey("functions.id", name=f"fk_{table}_function")
    return sa.Column("function", sa.Integer, key, nullable=False)
