"""Whether a project's feature was named when it was made."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    column = sa.Column("is_feature_named", sa.Boolean, nullable=False, server_default=sa.false())
    op.add_column("projects", column)
