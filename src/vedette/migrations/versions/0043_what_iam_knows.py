"""What clients of IAM expect of users, groups, roles, keys and policies: paths, versions, inline policies.

Stops older servers (no `works_with_older`): they would judge requests without inline policies and without
boundaries, and so let in what these deny.
"""

import hashlib
from base64 import b32encode

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"

HOLDERS = {"user": "users", "group": "groups", "role": "roles"}


def upgrade() -> None:
    op.add_column("accounts", sa.Column("alias", sa.String(63), nullable=True))
    op.create_index("ix_accounts_alias", "accounts", ["alias"], unique=True)
    for table in HOLDERS.values():
        op.add_column(table, _text("path", "/", 512))
    for table in ("users", "roles"):
        op.add_column(table, sa.Column("boundary", sa.String(128), nullable=True))
    op.add_column("roles", _text("description", ""))
    op.add_column("roles", sa.Column("longest_s", sa.Integer, nullable=False, server_default="43200"))
    op.add_column("access_keys", sa.Column("used_ms", sa.BigInteger, nullable=True))
    op.add_column("access_keys", sa.Column("used_service", sa.String(64), nullable=True))
    op.add_column("access_keys", sa.Column("used_region", sa.String(64), nullable=True))
    for kind, holders in HOLDERS.items():
        _inline(kind, holders)
    _versions()


def _text(name: str, default: str, length: int | None = None) -> sa.Column[str]:
    kind = sa.Text() if length is None else sa.String(length)
    return sa.Column(name, kind, nullable=False, server_default=default)


def _inline(kind: str, holders: str) -> None:
    op.create_table(
        f"{kind}_inline_policies",
        sa.Column("account", sa.String(12), nullable=False),
        sa.Column("holder", sa.String(128), nullable=False),
        sa.Column("name", sa.String(128), nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("account", "holder", "name", name=f"pk_{kind}_inline_policies"),
        sa.ForeignKeyConstraint(
            ["account", "holder"],
            [f"{holders}.account", f"{holders}.name"],
            name=f"fk_{kind}_inline_policies_account_holder",
            ondelete="CASCADE",
        ),
    )


def _versions() -> None:
    """Make the document that each policy has its only version, under the number of its revision."""
    op.add_column("identity_policies", sa.Column("in_force", sa.Integer, nullable=False, server_default="1"))
    op.add_column("identity_policies", _text("policy_id", "", 32))
    op.add_column("identity_policies", _text("path", "/", 512))
    op.add_column("identity_policies", _text("description", ""))
    op.add_column("identity_policies", _text("tags", "{}"))
    op.create_table(
        "identity_policy_versions",
        sa.Column("account", sa.String(12), nullable=False),
        sa.Column("policy", sa.String(128), nullable=False),
        sa.Column("version", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("account", "policy", "version", name="pk_identity_policy_versions"),
        sa.ForeignKeyConstraint(
            ["account", "policy"],
            ["identity_policies.account", "identity_policies.name"],
            name="fk_identity_policy_versions_policy",
            ondelete="CASCADE",
        ),
    )
    op.execute(
        "insert into identity_policy_versions (account, policy, version, document, created_ms) "
        "select account, name, revision, document, updated_ms from identity_policies"
    )
    op.execute("update identity_policies set in_force = revision")
    connection = op.get_bind()
    names = ("account", "name", "created_ms", "policy_id")
    policies = sa.table("identity_policies", *(sa.column(name) for name in names))
    for row in connection.execute(sa.select(policies)).all():
        made = hashlib.sha256(f"{row.account} {row.name} {row.created_ms}".encode()).digest()
        is_policy = (policies.c.account == row.account) & (policies.c.name == row.name)
        values = {"policy_id": f"ANPA{b32encode(made).decode()[:17]}"}
        connection.execute(sa.update(policies).where(is_policy).values(values))
