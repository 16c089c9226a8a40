"""Where studies of datasets are kept. Times are milliseconds since 1970."""

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, LargeBinary, String, Table, Text

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
