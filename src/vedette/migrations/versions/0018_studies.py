"""Studies of datasets: what is striking about their pictures."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.create_table(
        "dataset_studies",
        sa.Column("dataset", sa.Integer, primary_key=True),
        sa.Column("project", sa.Integer, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("revision", sa.String(64), nullable=False),
        sa.Column("looked_at", sa.Integer, nullable=False),
        sa.Column("of", sa.Integer, nullable=False),
        sa.Column("started_ms", sa.BigInteger, nullable=False),
        sa.Column("ended_ms", sa.BigInteger, nullable=True),
        sa.Column("answer", sa.LargeBinary, nullable=True),
        sa.ForeignKeyConstraint(
            ["dataset"], ["datasets.id"], name="fk_dataset_studies_dataset", ondelete="CASCADE"
        ),
    )
