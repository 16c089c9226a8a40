"""Devices with models over the air, and the key that each account signs with."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"


def upgrade() -> None:
    op.create_table(
        "signing_keys",
        sa.Column("account", sa.String(12), primary_key=True),
        sa.Column("public", sa.String(64), nullable=False),
        sa.Column("sealed", sa.Text, nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name="fk_signing_keys_account"),
    )
    op.create_table(
        "devices",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("account", sa.String(12), nullable=False),
        sa.Column("region", sa.String(64), nullable=False),
        sa.Column("name", sa.String(128), nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("token_expires_ms", sa.BigInteger, nullable=False),
        sa.Column("token_used_ms", sa.BigInteger, nullable=True),
        sa.Column("secret_hash", sa.String(64), nullable=False),
        sa.Column("wishes", sa.Text, nullable=False),
        sa.Column("order_number", sa.BigInteger, nullable=False),
        sa.Column("order_text", sa.Text, nullable=False),
        sa.Column("order_signature", sa.Text, nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.Column("seen_ms", sa.BigInteger, nullable=True),
        sa.Column("address", sa.String(200), nullable=False),
        sa.Column("instances", sa.Text, nullable=False),
        sa.Column("second_ms", sa.BigInteger, nullable=True),
        sa.Column("report", sa.Text, nullable=False),
        sa.UniqueConstraint("id", name="uq_devices_id"),
        sa.UniqueConstraint("account", "region", "name", name="uq_devices_account_region_name"),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name="fk_devices_account"),
        sqlite_autoincrement=True,
    )
