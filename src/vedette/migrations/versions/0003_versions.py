"""Versions of both dialects, and the numbers that Lookout's were given."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "versions",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("project", sa.Integer, nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("description", sa.String(500), nullable=False),
        sa.Column("bucket", sa.String(255), nullable=False),
        sa.Column("prefix", sa.String(1024), nullable=False),
        sa.Column("source", sa.String(2048), nullable=False),
        sa.Column("least_units", sa.Integer, nullable=True),
        sa.Column("most_units", sa.Integer, nullable=True),
        sa.Column("ended_ms", sa.BigInteger, nullable=True),
        sa.Column("billable_s", sa.Integer, nullable=True),
        sa.Column("inputs", sa.Text, nullable=False),
        sa.Column("results", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_versions"),
        sa.ForeignKeyConstraint(["project"], ["projects.id"], name="fk_versions_project"),
        sa.UniqueConstraint("project", "name", name="uq_versions_project_name"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_versions_state", "versions", ["state"])
    op.create_table(
        "version_numbers",
        sa.Column("project", sa.Integer, nullable=False),
        sa.Column("last", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("project", name="pk_version_numbers"),
        sa.ForeignKeyConstraint(
            ["project"], ["projects.id"], name="fk_version_numbers_project", ondelete="CASCADE"
        ),
    )
