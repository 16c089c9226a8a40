"""What was found out about pictures, and which entry has which."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "picture_looks",
        sa.Column("id", sa.LargeBinary(16), nullable=False),
        sa.Column("format", sa.String(4), nullable=False),
        *[sa.Column(name, sa.Integer, nullable=False) for name in ("width", "height", "bytes")],
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("exact", sa.String(32), nullable=False),
        sa.Column("alike", sa.String(64), nullable=False),
        sa.Column("color", sa.String(7), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_picture_looks"),
    )
    op.create_table(
        "dataset_pictures",
        sa.Column("part", sa.Integer, nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("look", sa.LargeBinary(16), nullable=True),
        sa.Column("is_flawed", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("part", "seq", name="pk_dataset_pictures"),
    )
