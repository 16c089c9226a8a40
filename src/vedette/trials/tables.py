"""Where trials lie, and what was guessed and said of their pictures. Times are milliseconds since 1970."""

from sqlalchemy import BigInteger, Column, Float, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from vedette.store.db import METADATA

trials = Table(
    "trials",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("project", Integer, ForeignKey("projects.id", ondelete="CASCADE"), nullable=False),
    # `trial`, or `production`: the pictures that a version was asked about.
    Column("kind", String(12), nullable=False),
    Column("name", Text, nullable=False),
    # A version may be deleted; what it guessed stays, and so does its name.
    Column("version", Integer, nullable=False),
    Column("version_name", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("status", String(12), nullable=False),
    Column("message", Text, nullable=False),
    # JSON, as `dump_principal` writes it: with whose rights pictures are read.
    Column("caller", Text, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("changed_ms", BigInteger, nullable=False),
    Index("ix_trials_project", "project"),
)

trial_pictures = Table(
    "trial_pictures",
    METADATA,
    Column("trial", String(32), ForeignKey("trials.id", ondelete="CASCADE"), primary_key=True),
    # From 1, in the order of the addresses.
    Column("number", Integer, primary_key=True),
    Column("address", Text, nullable=False),
    # What the object was when it was looked at: another one of the same name was not.
    Column("etag", Text, nullable=False),
    # waiting, answered or unreadable; `message` says why it could not be read.
    Column("state", String(12), nullable=False),
    Column("message", Text, nullable=False),
    # JSON as `workers/draft.py` says; a mask's PNG beside it; the line that says the same.
    Column("guess", Text, nullable=False),
    Column("mask", LargeBinary, nullable=True),
    Column("line", Text, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("doubt", Float, nullable=False),
    # none, correct, incorrect or corrected; `revision` grows with every change.
    Column("verdict", String(12), nullable=False),
    Column("revision", Integer, nullable=False),
    # What the picture shows by who verified it; empty where that is not said.
    Column("verified_line", Text, nullable=False),
    Column("verified_by", Text, nullable=False),
    Column("verified_ms", BigInteger, nullable=False),
    # The kind of the dataset that it was added to; empty where it was not.
    Column("added", String(8), nullable=False),
)
