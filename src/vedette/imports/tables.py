"""Where imports lie until they are over. Times are milliseconds since 1970."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from vedette.store.db import METADATA

imports = Table(
    "import_records",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("project", Integer, ForeignKey("projects.id", ondelete="CASCADE"), nullable=False),
    Column("dataset", String(5), nullable=False),
    # JSON; `caller` as `dump_principal` writes it.
    Column("source", Text, nullable=False),
    Column("options", Text, nullable=False),
    Column("caller", Text, nullable=False),
    Column("status", String(16), nullable=False),
    Column("message", Text, nullable=False),
    Column("done", Integer, nullable=False),
    Column("total", Integer, nullable=False),
    # What the lines come to, and what has become of them, as JSON.
    Column("totals", Text, nullable=False),
    Column("result", Text, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("changed_ms", BigInteger, nullable=False),
    Index("ix_import_records_project", "project"),
)

# What a browser has sent, by the number that it gave it, so that what comes twice is there once; compressed.
import_pieces = Table(
    "import_pieces",
    METADATA,
    Column("import_id", String(32), ForeignKey("import_records.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("size", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

# Lines, 1,024 a row, compressed; of each the hash of its picture's address; what they come to, as JSON.
import_blocks = Table(
    "import_blocks",
    METADATA,
    Column("import_id", String(32), ForeignKey("import_records.id", ondelete="CASCADE"), primary_key=True),
    Column("block", Integer, primary_key=True),
    Column("body", LargeBinary, nullable=False),
    Column("hashes", LargeBinary, nullable=False),
    Column("summary", Text, nullable=False),
)
