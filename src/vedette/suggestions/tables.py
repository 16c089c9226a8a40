"""Where studies of datasets are kept, what was dismissed, and drafts. Times are milliseconds since 1970."""

from sqlalchemy import BigInteger, Column, Float, ForeignKey, Integer, LargeBinary, String, Table, Text

from vedette.store.db import METADATA

# The last study of a dataset: how far it is, and what it said.
studies = Table(
    "dataset_studies",
    METADATA,
    Column("dataset", Integer, ForeignKey("datasets.id", ondelete="CASCADE"), primary_key=True),
    Column("project", Integer, nullable=False),
    Column("status", String(16), nullable=False),
    Column("message", Text, nullable=False),
    # Of the answer: which state of the dataset it is about, how many entries were looked at, of how many.
    Column("revision", String(64), nullable=False),
    Column("looked_at", Integer, nullable=False),
    Column("of", Integer, nullable=False),
    Column("started_ms", BigInteger, nullable=False),
    Column("ended_ms", BigInteger, nullable=True),
    # JSON, compressed; nothing before the first answer.
    Column("answer", LargeBinary, nullable=True),
)

# Suggestions that a person let stand. `about` is a hash of what was looked at, `facts` JSON of what was said.
dismissals = Table(
    "dismissed_suggestions",
    METADATA,
    Column("dataset", Integer, ForeignKey("datasets.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("entry", String(32), primary_key=True),
    Column("about", String(16), primary_key=True),
    Column("facts", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("dismissed_ms", BigInteger, nullable=False),
)

# The last time that a model guessed at a dataset's pictures.
draft_runs = Table(
    "draft_runs",
    METADATA,
    Column("dataset", Integer, ForeignKey("datasets.id", ondelete="CASCADE"), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("status", String(16), nullable=False),
    Column("message", Text, nullable=False),
    Column("total", Integer, nullable=False),
    Column("done", Integer, nullable=False),
    Column("started_ms", BigInteger, nullable=False),
    Column("ended_ms", BigInteger, nullable=True),
)

# What it guessed of an entry. Good for as long as the entry is in that revision.
drafts = Table(
    "drafts",
    METADATA,
    Column("dataset", Integer, ForeignKey("datasets.id", ondelete="CASCADE"), primary_key=True),
    Column("entry", String(32), primary_key=True),
    Column("revision", String(16), nullable=False),
    Column("version", Integer, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("doubt", Float, nullable=False),
    # JSON; a mask's PNG, as the stored picture lies, beside it.
    Column("guess", Text, nullable=False),
    Column("mask", LargeBinary, nullable=True),
)
