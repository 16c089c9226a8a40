"""The console: sessions of people, and links that begin one."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_table(
        "console_sessions",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("account", sa.String(12), nullable=False),
        sa.Column("user", sa.String(64), nullable=True),
        sa.Column("key", sa.String(128), nullable=True),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.Column("used_ms", sa.BigInteger, nullable=False),
        sa.Column("expires_ms", sa.BigInteger, nullable=False),
        sa.Column("address", sa.String(200), nullable=False),
        sa.Column("agent", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_console_sessions"),
        sa.UniqueConstraint("token_hash", name="uq_console_sessions_token_hash"),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name="fk_console_sessions_account"),
        sa.ForeignKeyConstraint(
            ["account", "user"],
            ["users.account", "users.name"],
            name="fk_console_sessions_account_user",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["key"], ["access_keys.id"], name="fk_console_sessions_key", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_console_sessions_account_user", "console_sessions", ["account", "user"])
    op.create_table(
        "console_links",
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("account", sa.String(12), nullable=False),
        sa.Column("user", sa.String(64), nullable=True),
        sa.Column("expires_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name="pk_console_links"),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name="fk_console_links_account"),
        sa.ForeignKeyConstraint(
            ["account", "user"],
            ["users.account", "users.name"],
            name="fk_console_links_account_user",
            ondelete="CASCADE",
        ),
    )
