"""The policies of projects, which say who may copy their versions."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "project_policies",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("project", sa.Integer, nullable=False),
        sa.Column("name", sa.String(128), nullable=False),
        sa.Column("revision", sa.String(32), nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.Column("updated_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_project_policies"),
        sa.ForeignKeyConstraint(
            ["project"], ["projects.id"], name="fk_project_policies_project", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("project", "name", name="uq_project_policies_project_name"),
        sqlite_autoincrement=True,
    )
