"""Snapshots that are kept for a version: what it was trained with."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"


def upgrade() -> None:
    op.add_column("dataset_snapshots", sa.Column("version", sa.Integer, nullable=True))
