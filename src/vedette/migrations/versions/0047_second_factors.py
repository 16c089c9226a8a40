"""Second factors of people, and how sessions at the console began.

Stops older servers (no `works_with_older`): they would let people in without their second factor.
"""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"


def upgrade() -> None:
    op.add_column("accounts", _boolean("needs_factor"))
    op.add_column("console_sessions", sa.Column("way", sa.String(16), nullable=False, server_default="key"))
    op.add_column("console_sessions", _boolean("verified"))
    op.create_table(
        "second_factors",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("account", sa.String(12), nullable=False),
        sa.Column("user", sa.String(64), nullable=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("counter", sa.BigInteger, nullable=False),
        sa.Column("confirmed", sa.Boolean, nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.Column("used_ms", sa.BigInteger, nullable=True),
        sa.Column("failures", sa.Integer, nullable=False, server_default="0"),
        sa.Column("failed_ms", sa.BigInteger, nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("id", name="pk_second_factors"),
        *_owners("second_factors"),
    )
    op.create_index("ix_second_factors_account_user", "second_factors", ["account", "user"])
    op.create_table(
        "recovery_codes",
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("account", sa.String(12), nullable=False),
        sa.Column("user", sa.String(64), nullable=True),
        sa.PrimaryKeyConstraint("code_hash", name="pk_recovery_codes"),
        *_owners("recovery_codes"),
    )
    op.create_index("ix_recovery_codes_account_user", "recovery_codes", ["account", "user"])


def _boolean(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean, nullable=False, server_default=sa.false())


def _owners(table: str) -> tuple[sa.ForeignKeyConstraint, sa.ForeignKeyConstraint]:
    return (
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=f"fk_{table}_account"),
        sa.ForeignKeyConstraint(
            ["account", "user"],
            ["users.account", "users.name"],
            name=f"fk_{table}_account_user",
            ondelete="CASCADE",
        ),
    )
