"""Where labelling rounds are kept. Times are milliseconds since 1970."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from vedette.store.db import METADATA

rounds = Table(
    "rounds",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("project", Integer, ForeignKey("projects.id", ondelete="CASCADE"), nullable=False),
    # No key to the dataset: what was labelled outlives it.
    Column("dataset", Integer, nullable=False),
    Column("kind", String(8), nullable=False),
    Column("name", String(100), nullable=False),
    Column("task", String(8), nullable=False),
    Column("instructions", Text, nullable=False),
    # As JSON: pairs of an address and a remark.
    Column("examples", Text, nullable=False),
    Column("double_share", Float, nullable=False),
    Column("deadline_ms", BigInteger, nullable=True),
    # What becomes of answers after the deadline: "accept" (and marked), or "refuse".
    Column("late", String(8), nullable=False, server_default="accept"),
    Column("status", String(16), nullable=False),
    Column("message", Text, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    # As `dump_principal` writes it: by whose rights pictures are shown to those who label.
    Column("owner", Text, nullable=False),
    # How often its answers and what became of them were changed.
    Column("changes", Integer, nullable=False, server_default="0"),
    UniqueConstraint("project", "name"),
)

round_people = Table(
    "round_people",
    METADATA,
    Column("round", String(32), ForeignKey("rounds.id", ondelete="CASCADE"), primary_key=True),
    Column("user_id", String(128), primary_key=True),
    Column("name", String(64), nullable=False),
    Index("ix_round_people_user_id", "user_id"),
)

round_entries = Table(
    "round_entries",
    METADATA,
    Column("round", String(32), ForeignKey("rounds.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    # As in dataset_entries.
    Column("ref_hash", LargeBinary(16), nullable=False),
    Column("source", Text, nullable=False),
    # What the dataset said when the round was made: an answer is put there only where it still says so.
    Column("line", Text, nullable=False),
    Column("is_doubled", Boolean, nullable=False),
    Column("agreement", Float, nullable=True),
    Column("agrees", Boolean, nullable=True),
    Column("outcome", String(12), nullable=False),
    UniqueConstraint("round", "ref_hash"),
    # Two that cover what is counted of a round, so that no line is read for it.
    Index("ix_round_entries_compared", "round", "agrees", "number", "agreement"),
    Index("ix_round_entries_counts", "round", "is_doubled", "agrees", "outcome"),
)

round_answers = Table(
    "round_answers",
    METADATA,
    Column("round", String(32), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("user_id", String(128), primary_key=True),
    Column("name", String(64), nullable=False),
    Column("status", String(12), nullable=False),
    # Nothing before it is answered.
    Column("line", Text, nullable=True),
    # The labels that the line gives, as sorted JSON, so that no line is read for a figure; "" where it says
    # what the picture's line did, and nothing beside a line that came before this column.
    Column("names", Text, nullable=True),
    # As `kinds.py` has it, worked out of the line.
    Column("kind", String(8), nullable=False, server_default="given"),
    # What its person tells the reviewer.
    Column("note", Text, nullable=False, server_default=""),
    # Who answered, as `dump_principal` writes it.
    Column("caller", Text, nullable=True),
    Column("answered_ms", BigInteger, nullable=True),
    ForeignKeyConstraint(
        ["round", "number"], ["round_entries.round", "round_entries.number"], ondelete="CASCADE"
    ),
    Index("ix_round_answers_round_user_id", "round", "user_id", "number"),
    Index("ix_round_answers_people", "round", "user_id", "name", "status"),
    # Covers how long answers took.
    Index("ix_round_answers_times", "round", "user_id", "answered_ms", "kind"),
    Index("ix_round_answers_round_status", "round", "status", "number"),
)

round_comments = Table(
    "round_comments",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("round", String(32), nullable=False),
    Column("number", Integer, nullable=False),
    # Whose answer it is about.
    Column("user_id", String(128), nullable=False),
    Column("author", String(64), nullable=False),
    Column("text", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    ForeignKeyConstraint(
        ["round", "number"], ["round_entries.round", "round_entries.number"], ondelete="CASCADE"
    ),
    Index("ix_round_comments_round_number", "round", "number"),
)
