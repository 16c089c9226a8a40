"""Labelling rounds: their people, pictures, answers and comments."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def _round_key(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["round"], ["rounds.id"], name=f"fk_{table}_round", ondelete="CASCADE")


def _entry_key(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["round", "number"],
        ["round_entries.round", "round_entries.number"],
        name=f"fk_{table}_round_number",
        ondelete="CASCADE",
    )


def upgrade() -> None:
    _rounds()
    _entries()
    _answers()


def _rounds() -> None:
    op.create_table(
        "rounds",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("project", sa.Integer, nullable=False),
        sa.Column("dataset", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("task", sa.String(8), nullable=False),
        sa.Column("instructions", sa.Text, nullable=False),
        sa.Column("examples", sa.Text, nullable=False),
        sa.Column("double_share", sa.Float, nullable=False),
        sa.Column("deadline_ms", sa.BigInteger, nullable=True),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["project"], ["projects.id"], name="fk_rounds_project", ondelete="CASCADE"),
        sa.UniqueConstraint("project", "name", name="uq_rounds_project_name"),
    )
    op.create_table(
        "round_people",
        sa.Column("round", sa.String(32), primary_key=True),
        sa.Column("user_id", sa.String(128), primary_key=True),
        sa.Column("name", sa.String(64), nullable=False),
        _round_key("round_people"),
    )
    op.create_index("ix_round_people_user_id", "round_people", ["user_id"])


def _entries() -> None:
    op.create_table(
        "round_entries",
        sa.Column("round", sa.String(32), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("ref_hash", sa.LargeBinary(16), nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("line", sa.Text, nullable=False),
        sa.Column("is_doubled", sa.Boolean, nullable=False),
        sa.Column("agreement", sa.Float, nullable=True),
        sa.Column("agrees", sa.Boolean, nullable=True),
        sa.Column("outcome", sa.String(12), nullable=False),
        _round_key("round_entries"),
        sa.UniqueConstraint("round", "ref_hash", name="uq_round_entries_round_ref_hash"),
    )


def _answers() -> None:
    op.create_table(
        "round_answers",
        sa.Column("round", sa.String(32), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("user_id", sa.String(128), primary_key=True),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("line", sa.Text, nullable=True),
        sa.Column("caller", sa.Text, nullable=True),
        sa.Column("answered_ms", sa.BigInteger, nullable=True),
        _entry_key("round_answers"),
    )
    op.create_index("ix_round_answers_round_user_id", "round_answers", ["round", "user_id", "number"])
    op.create_table(
        "round_comments",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("round", sa.String(32), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("user_id", sa.String(128), nullable=False),
        sa.Column("author", sa.String(64), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        _entry_key("round_comments"),
    )
    op.create_index("ix_round_comments_round_number", "round_comments", ["round", "number"])
