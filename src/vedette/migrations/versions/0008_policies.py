"""Policies of users, groups and roles; trust as a document; tags of users and roles.

Until here everybody could do everything within an account, so whoever exists keeps that: users and
roles get the built-in policy `administrator`. What is made from here on begins without rights.
"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

KINDS = {"user": "users", "group": "groups", "role": "roles"}


def upgrade() -> None:
    _groups()
    _policies()
    _tags_and_trust()
    for kind in ("user", "role"):
        op.execute(
            f"insert into {kind}_policies (account, holder, policy) "  # noqa: S608  (our own two names)
            f"select account, name, 'administrator' from {KINDS[kind]}"
        )


def _groups() -> None:
    op.create_table(
        "groups",
        sa.Column("account", sa.String(12), nullable=False),
        sa.Column("name", sa.String(128), nullable=False),
        sa.Column("group_id", sa.String(32), nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("account", "name", name="pk_groups"),
        sa.UniqueConstraint("group_id", name="uq_groups_group_id"),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name="fk_groups_account"),
    )
    op.create_table(
        "group_members",
        sa.Column("account", sa.String(12), nullable=False),
        sa.Column("group_name", sa.String(128), nullable=False),
        sa.Column("user_name", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("account", "group_name", "user_name", name="pk_group_members"),
        sa.ForeignKeyConstraint(
            ["account", "group_name"],
            ["groups.account", "groups.name"],
            name="fk_group_members_account_group_name",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["account", "user_name"],
            ["users.account", "users.name"],
            name="fk_group_members_account_user_name",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_group_members_account_user_name", "group_members", ["account", "user_name"])


def _policies() -> None:
    op.create_table(
        "identity_policies",
        sa.Column("account", sa.String(12), nullable=False),
        sa.Column("name", sa.String(128), nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.Column("updated_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("account", "name", name="pk_identity_policies"),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name="fk_identity_policies_account"),
    )
    for kind, holders in KINDS.items():
        op.create_table(
            f"{kind}_policies",
            sa.Column("account", sa.String(12), nullable=False),
            sa.Column("holder", sa.String(128), nullable=False),
            sa.Column("policy", sa.String(128), nullable=False),
            sa.PrimaryKeyConstraint("account", "holder", "policy", name=f"pk_{kind}_policies"),
            sa.ForeignKeyConstraint(
                ["account", "holder"],
                [f"{holders}.account", f"{holders}.name"],
                name=f"fk_{kind}_policies_account_holder",
                ondelete="CASCADE",
            ),
        )


def _tags_and_trust() -> None:
    op.add_column("users", sa.Column("tags", sa.Text, nullable=False, server_default="{}"))
    op.add_column("roles", sa.Column("tags", sa.Text, nullable=False, server_default="{}"))
    op.add_column("roles", sa.Column("trust", sa.Text, nullable=False, server_default=""))
    connection = op.get_bind()
    roles = sa.table("roles", sa.column("role_id"), sa.column("trusted"), sa.column("trust"))
    for row in connection.execute(sa.select(roles.c.role_id, roles.c.trusted)).all():
        values = {"trust": _trust_of(row.trusted.split())}
        connection.execute(sa.update(roles).where(roles.c.role_id == row.role_id).values(values))
    op.drop_column("roles", "trusted")


def _trust_of(accounts: list[str]) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": [f"arn:aws:iam::{account}:root" for account in accounts]},
        "Action": "sts:AssumeRole",
    }
    document = {"Version": "2012-10-17", "Statement": [statement] if accounts else []}
    return json.dumps(document, separators=(",", ":"))
