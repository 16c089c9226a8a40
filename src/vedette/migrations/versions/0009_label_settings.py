"""Colours and shortcut keys of a project's labels."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "label_settings",
        sa.Column("project", sa.Integer, nullable=False),
        sa.Column("name", sa.LargeBinary, nullable=False),
        sa.Column("colour", sa.String(7), nullable=False),
        sa.Column("key", sa.String(1), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("project", "name", name="pk_label_settings"),
        sa.ForeignKeyConstraint(
            ["project"], ["projects.id"], name="fk_label_settings_project", ondelete="CASCADE"
        ),
    )
