"""People whom a company's provider vouches for, and their sign-ins that have ended."""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
works_with_older = True


def upgrade() -> None:
    op.create_table(
        "company_people",
        sa.Column("issuer", sa.String(500), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("account", sa.String(12), nullable=False),
        sa.Column("user", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("issuer", "subject", name="pk_company_people"),
        sa.ForeignKeyConstraint(
            ["account", "user"],
            ["users.account", "users.name"],
            name="fk_company_people_account_user",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_company_people_account_user", "company_people", ["account", "user"], unique=True)
    op.create_table(
        "company_sign_ins",
        sa.Column("state_hash", sa.String(64), nullable=False),
        sa.Column("expires_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("state_hash", name="pk_company_sign_ins"),
    )
