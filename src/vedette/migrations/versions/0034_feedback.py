"""What versions keep of what they are asked in production, and drift."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    op.create_table(
        "feedback_plans",
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("project", sa.Integer, nullable=False),
        sa.Column("trial", sa.String(32), nullable=False),
        sa.Column("is_on", sa.Boolean, nullable=False),
        sa.Column("share", sa.Float, nullable=False),
        sa.Column("most_per_day", sa.Integer, nullable=False),
        sa.Column("doubtful_first", sa.Boolean, nullable=False),
        sa.Column("retention_days", sa.Integer, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("caller", sa.Text, nullable=False),
        sa.Column("changed_ms", sa.BigInteger, nullable=False),
        sa.Column("swept", sa.Text, nullable=False),
        sa.Column("pause", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(
            ["project"], ["projects.id"], name="fk_feedback_plans_project", ondelete="CASCADE"
        ),
    )
    _make_samples()
    _make_drift()


def _make_samples() -> None:
    op.create_table(
        "feedback_samples",
        sa.Column("trial", sa.String(32), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("taken_ms", sa.BigInteger, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("exact", sa.String(32), nullable=False),
        sa.ForeignKeyConstraint(
            ["trial", "number"],
            ["trial_pictures.trial", "trial_pictures.number"],
            name="fk_feedback_samples_trial_number",
            ondelete="CASCADE",
        ),
    )


def _make_drift() -> None:
    op.create_table(
        "feedback_drift",
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("project", sa.Integer, nullable=False),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("reference", sa.LargeBinary, nullable=True),
        sa.Column("recent", sa.LargeBinary, nullable=True),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("looks", sa.Integer, nullable=False),
        sa.Column("findings", sa.Text, nullable=False),
        sa.Column("since_ms", sa.BigInteger, nullable=False),
        sa.ForeignKeyConstraint(
            ["project"], ["projects.id"], name="fk_feedback_drift_project", ondelete="CASCADE"
        ),
    )
