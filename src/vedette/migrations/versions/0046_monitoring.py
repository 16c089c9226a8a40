"""Metrics of customers' own, dashboards, and alarms with their history."""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
# Tables of their own, that an older server does not look at.
works_with_older = True


def upgrade() -> None:
    op.create_table(
        "own_metrics",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("account", sa.String(12), nullable=False),
        sa.Column("region", sa.String(64), nullable=False),
        sa.Column("namespace", sa.String(255), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("dimensions", sa.Text, nullable=False),
        sa.Column("unit", sa.String(32), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("put_ms", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("account", "region", "digest", name="uq_own_metrics_account_region_digest"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "dashboards",
        sa.Column("account", sa.String(12), primary_key=True),
        sa.Column("name", sa.String(255), primary_key=True),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("changed_ms", sa.BigInteger, nullable=False),
    )
    _make_alarms()


def _make_alarms() -> None:
    op.create_table(
        "alarms",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("account", sa.String(12), nullable=False),
        sa.Column("region", sa.String(64), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("has_actions", sa.Boolean, nullable=False),
        sa.Column("changed_ms", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("reason_data", sa.Text, nullable=False),
        sa.Column("state_ms", sa.BigInteger, nullable=False),
        sa.Column("moved_ms", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("account", "region", "name", name="uq_alarms_account_region_name"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "alarm_history",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("account", sa.String(12), nullable=False),
        sa.Column("region", sa.String(64), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("summary", sa.Text, nullable=False),
        sa.Column("data", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_alarm_history_account", "alarm_history", ["account", "region", "name", "id"])
    op.create_index("ix_alarm_history_at_ms", "alarm_history", ["at_ms"])
