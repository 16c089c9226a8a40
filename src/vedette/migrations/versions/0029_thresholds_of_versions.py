"""Thresholds that people chose for a version."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    op.add_column("versions", sa.Column("thresholds", sa.Text, nullable=False, server_default=""))
