"""Accounts, users, keys, roles, projects, tags and client tokens."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    _identity()
    _projects()


def _identity() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.String(12), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_accounts"),
    )
    op.create_table(
        "users",
        sa.Column("account", sa.String(12), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("user_id", sa.String(32), nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("account", "name", name="pk_users"),
        sa.UniqueConstraint("user_id", name="uq_users_user_id"),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name="fk_users_account"),
    )
    op.create_table(
        "access_keys",
        sa.Column("id", sa.String(128), nullable=False),
        sa.Column("account", sa.String(12), nullable=False),
        sa.Column("user", sa.String(64), nullable=True),
        sa.Column("sealed_secret", sa.LargeBinary, nullable=False),
        sa.Column("enabled", sa.Boolean, nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_access_keys"),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name="fk_access_keys_account"),
        sa.ForeignKeyConstraint(
            ["account", "user"],
            ["users.account", "users.name"],
            name="fk_access_keys_account_user",
            ondelete="CASCADE",
        ),
    )
    op.create_table(
        "roles",
        sa.Column("account", sa.String(12), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("role_id", sa.String(32), nullable=False),
        sa.Column("trusted", sa.Text, nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("account", "name", name="pk_roles"),
        sa.UniqueConstraint("role_id", name="uq_roles_role_id"),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name="fk_roles_account"),
    )


def _projects() -> None:
    op.create_table(
        "projects",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("service", sa.String(32), nullable=False),
        sa.Column("account", sa.String(12), nullable=False),
        sa.Column("region", sa.String(64), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.Column("feature", sa.String(32), nullable=False),
        sa.Column("auto_update", sa.String(16), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_projects"),
        sa.UniqueConstraint(
            "service", "account", "region", "name", name="uq_projects_service_account_region_name"
        ),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "tags",
        sa.Column("arn", sa.String(2048), nullable=False),
        sa.Column("key", sa.String(128), nullable=False),
        sa.Column("value", sa.String(256), nullable=False),
        sa.PrimaryKeyConstraint("arn", "key", name="pk_tags"),
    )
    op.create_table(
        "client_tokens",
        sa.Column("service", sa.String(32), nullable=False),
        sa.Column("account", sa.String(12), nullable=False),
        sa.Column("region", sa.String(64), nullable=False),
        sa.Column("operation", sa.String(64), nullable=False),
        sa.Column("token", sa.String(64), nullable=False),
        sa.Column("request_hash", sa.String(64), nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint(
            "service", "account", "region", "operation", "token", name="pk_client_tokens"
        ),
    )
    op.create_index("ix_client_tokens_created_ms", "client_tokens", ["created_ms"])
