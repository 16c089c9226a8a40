"""Schedules of functions."""

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0057"
# Tables of their own, that an older server does not look at.
works_with_older = True


def upgrade() -> None:
    op.create_table(
        "function_rules",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("account", sa.String(12), nullable=False),
        sa.Column("region", sa.String(64), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("schedule", sa.Text, nullable=False),
        sa.Column("is_on", sa.Boolean, nullable=False),
        sa.Column("due_ms", sa.BigInteger),
        sa.UniqueConstraint("account", "region", "name", name="uq_function_rules_account_region_name"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_function_rules_due_ms", "function_rules", ["due_ms"])
    key = sa.ForeignKey("function_rules.id", name="fk_function_targets_rule")
    op.create_table(
        "function_targets",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("rule", sa.Integer, key, nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("arn", sa.Text, nullable=False),
        sa.Column("input", sa.Text, nullable=False),
        sa.Column("oldest_s", sa.Integer, nullable=False),
        sa.UniqueConstraint("rule", "name", name="uq_function_targets_rule_name"),
        sqlite_autoincrement=True,
    )
