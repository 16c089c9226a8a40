"""Keys of accounts' own: their versions, aliases and grants, and the masters that wrap them."""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
works_with_older = True


def upgrade() -> None:
    _make_keys()
    _make_names_and_grants()


def _make_keys() -> None:
    op.create_table(
        "encryption_masters",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("probe", sa.LargeBinary, nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "encryption_keys",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("account", sa.String(12), nullable=False),
        sa.Column("region", sa.String(64), nullable=False),
        sa.Column("service", sa.String(32), nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("policy", sa.Text, nullable=False),
        sa.Column("tags", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("rotation_days", sa.Integer, nullable=False),
        sa.Column("rotates_ms", sa.BigInteger, nullable=True),
        sa.Column("window_days", sa.Integer, nullable=True),
        sa.Column("ends_ms", sa.BigInteger, nullable=True),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("id", name="uq_encryption_keys_id"),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name="fk_encryption_keys_account"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "encryption_key_versions",
        sa.Column("key", sa.String(36), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("wrapped", sa.LargeBinary, nullable=False),
        sa.Column("master", sa.String(64), nullable=False),
        sa.Column("on_demand", sa.Boolean, nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.ForeignKeyConstraint(
            ["key"], ["encryption_keys.id"], name="fk_encryption_key_versions_key", ondelete="CASCADE"
        ),
    )


def _make_names_and_grants() -> None:
    op.create_table(
        "encryption_aliases",
        sa.Column("account", sa.String(12), primary_key=True),
        sa.Column("region", sa.String(64), primary_key=True),
        sa.Column("name", sa.String(256), primary_key=True),
        sa.Column("key", sa.String(36), nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.Column("updated_ms", sa.BigInteger, nullable=False),
        sa.ForeignKeyConstraint(
            ["key"], ["encryption_keys.id"], name="fk_encryption_aliases_key", ondelete="CASCADE"
        ),
    )
    op.create_table(
        "encryption_grants",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("key", sa.String(36), nullable=False),
        sa.Column("name", sa.String(256), nullable=False),
        sa.Column("grantee", sa.String(256), nullable=False),
        sa.Column("grantee_id", sa.String(64), nullable=False),
        sa.Column("retiring", sa.String(256), nullable=False),
        sa.Column("retiring_id", sa.String(64), nullable=False),
        sa.Column("issuer", sa.String(12), nullable=False),
        sa.Column("operations", sa.Text, nullable=False),
        sa.Column("constraints", sa.Text, nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("id", name="uq_encryption_grants_id"),
        sa.ForeignKeyConstraint(
            ["key"], ["encryption_keys.id"], name="fk_encryption_grants_key", ondelete="CASCADE"
        ),
        sqlite_autoincrement=True,
    )
