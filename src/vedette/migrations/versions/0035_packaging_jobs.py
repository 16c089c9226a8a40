"""Packaging jobs: edge packages that were ordered."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    op.create_table(
        "packaging_jobs",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("project", sa.Integer, nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("version_name", sa.Text, nullable=False),
        sa.Column("model_arn", sa.Text, nullable=False),
        sa.Column("account", sa.String(12), nullable=False),
        sa.Column("region", sa.String(64), nullable=False),
        sa.Column("component", sa.String(128), nullable=False),
        sa.Column("component_version", sa.String(64), nullable=False),
        sa.Column("wish", sa.Text, nullable=False),
        sa.Column("caller", sa.Text, nullable=False),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("files", sa.Text, nullable=False),
        sa.Column("precision", sa.String(12), nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.Column("changed_ms", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("project", "name", name="uq_packaging_jobs_project_name"),
        sa.ForeignKeyConstraint(
            ["project"], ["projects.id"], name="fk_packaging_jobs_project", ondelete="CASCADE"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_packaging_jobs_component",
        "packaging_jobs",
        ["account", "region", "component", "component_version"],
    )
    op.create_index("ix_packaging_jobs_status", "packaging_jobs", ["status"])
