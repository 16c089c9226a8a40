"""Names that point to versions, and how they were moved."""

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"
works_with_older = True


def upgrade() -> None:
    op.create_table(
        "version_aliases",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("project", sa.Integer, nullable=False),
        sa.Column("name", sa.String(63), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.ForeignKeyConstraint(
            ["project"], ["projects.id"], name="fk_version_aliases_project", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("project", "name", name="uq_version_aliases_project_name"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_version_aliases_version", "version_aliases", ["version"])
    op.create_table(
        "alias_moves",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("project", sa.Integer, nullable=False),
        sa.Column("alias", sa.String(63), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("version_name", sa.String(255), nullable=False),
        sa.Column("moved_ms", sa.BigInteger, nullable=False),
        sa.Column("moved_by", sa.String(2048), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.ForeignKeyConstraint(
            ["project"], ["projects.id"], name="fk_alias_moves_project", ondelete="CASCADE"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_alias_moves_project_alias_id", "alias_moves", ["project", "alias", "id"])
