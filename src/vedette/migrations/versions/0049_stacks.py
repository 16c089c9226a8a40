"""Stacks: what templates declare, with their resources, events, exports and change sets."""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"
# Tables of their own, that an older server does not look at.
works_with_older = True


def upgrade() -> None:
    op.create_table(
        "stacks",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("account", sa.String(12), nullable=False),
        sa.Column("region", sa.String(64), nullable=False),
        sa.Column("name", sa.String(128), nullable=False),
        sa.Column("live_name", sa.String(128)),
        sa.Column("uuid", sa.String(36), nullable=False),
        sa.Column("status", sa.String(64), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.Column("updated_ms", sa.BigInteger, nullable=False),
        sa.Column("deleted_ms", sa.BigInteger, nullable=False),
        sa.Column("is_protected", sa.Boolean, nullable=False),
        sa.Column("rolls_back", sa.Boolean, nullable=False),
        sa.Column("on_failure", sa.String(16), nullable=False),
        sa.Column("policy", sa.Text, nullable=False),
        sa.Column("is_cancelled", sa.Boolean, nullable=False),
        sa.Column("token", sa.String(128), nullable=False),
        sa.Column("drift", sa.Text, nullable=False),
        sa.Column("secrets", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("account", "region", "live_name", name="uq_stacks_account_region_live_name"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_stacks_account", "stacks", ["account", "region", "id"])
    _make_resources()
    _make_events()
    _make_exports()
    _make_change_sets()


def _stack(table: str, *, is_key: bool = False) -> sa.Column[int]:
    return sa.Column(
        "stack",
        sa.Integer,
        sa.ForeignKey("stacks.id", name=f"fk_{table}_stack"),
        nullable=False,
        primary_key=is_key,
    )


def _make_resources() -> None:
    op.create_table(
        "stack_resources",
        sa.Column("id", sa.Integer, primary_key=True),
        _stack("stack_resources"),
        sa.Column("logical", sa.String(255), nullable=False),
        sa.Column("type", sa.String(255), nullable=False),
        sa.Column("physical", sa.Text, nullable=False),
        sa.Column("status", sa.String(64), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("began_ms", sa.BigInteger, nullable=False),
        sa.Column("changed_ms", sa.BigInteger, nullable=False),
        sa.Column("is_current", sa.Boolean, nullable=False),
        sa.Column("is_fresh", sa.Boolean, nullable=False),
        sa.Column("is_there", sa.Boolean, nullable=False),
        sa.Column("drift", sa.Text, nullable=False),
        sa.Column("facts", sa.LargeBinary, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_stack_resources_stack", "stack_resources", ["stack", "id"])


def _make_events() -> None:
    op.create_table(
        "stack_events",
        sa.Column("id", sa.Integer, primary_key=True),
        _stack("stack_events"),
        sa.Column("uuid", sa.String(36), nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("logical", sa.String(255), nullable=False),
        sa.Column("physical", sa.Text, nullable=False),
        sa.Column("type", sa.String(255), nullable=False),
        sa.Column("status", sa.String(64), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("properties", sa.Text, nullable=False),
        sa.Column("token", sa.String(128), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_stack_events_stack", "stack_events", ["stack", "id"])


def _make_exports() -> None:
    op.create_table(
        "stack_exports",
        sa.Column("account", sa.String(12), primary_key=True),
        sa.Column("region", sa.String(64), primary_key=True),
        sa.Column("name", sa.String(255), primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
        _stack("stack_exports"),
    )
    op.create_table(
        "stack_imports",
        _stack("stack_imports", is_key=True),
        sa.Column("name", sa.String(255), primary_key=True),
    )


def _make_change_sets() -> None:
    op.create_table(
        "change_sets",
        sa.Column("id", sa.Integer, primary_key=True),
        _stack("change_sets"),
        sa.Column("uuid", sa.String(36), nullable=False),
        sa.Column("name", sa.String(128), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("execution", sa.String(32), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("changes", sa.Text, nullable=False),
        sa.Column("source", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("stack", "name", name="uq_change_sets_stack_name"),
        sqlite_autoincrement=True,
    )
