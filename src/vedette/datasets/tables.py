"""Where datasets are kept. Times are milliseconds since 1970.

The entries of a dataset are a *part*: a numbered sequence that only grows at its end, cut into
blocks of 1,024. A dataset points at its part, so that a whole import appears in one step. What
filters ask for is kept as bitmaps, a bit an entry, one row a block (decisions/0090).
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from vedette.store.db import METADATA

datasets = Table(
    "datasets",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("project", Integer, ForeignKey("projects.id"), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("updated_ms", BigInteger, nullable=False),
    Column("status", String(16), nullable=False),
    Column("message", Text, nullable=False),
    # Whose fault a failure was: "client", "service", or nothing.
    Column("fault", String(8), nullable=False),
    Column("part", Integer, nullable=False),
    # The one bucket that the pictures are in; empty while there are none.
    Column("bucket", String(63), nullable=False),
    Column("total", Integer, nullable=False),
    Column("labelled", Integer, nullable=False),
    Column("errors", Integer, nullable=False),
    Column("normal", Integer, nullable=False),
    Column("anomaly", Integer, nullable=False),
    Column("labels", Integer, nullable=False),
    UniqueConstraint("project", "kind"),
    sqlite_autoincrement=True,
)

parts = Table(
    "dataset_parts",
    METADATA,
    Column("id", Integer, primary_key=True),
    # Nobody points at it any more; its rows go in the background.
    Column("dropped", Boolean, nullable=False),
    # How often its entries, and what is known of their pictures, were changed (decisions/0275).
    Column("changes", Integer, nullable=False, server_default="0"),
    Column("picture_changes", Integer, nullable=False, server_default="0"),
    sqlite_autoincrement=True,
)

entries = Table(
    "dataset_entries",
    METADATA,
    Column("part", Integer, primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("ref_hash", LargeBinary(16), nullable=False),
    Column("line", Text, nullable=False),
    # What is wrong with the line, and with its picture, as JSON; nothing where nothing is.
    Column("flaws", Text, nullable=True),
    Column("picture_flaws", Text, nullable=True),
    # Who named the picture's address first, and who put the line last: by their rights the background
    # reads. Nothing where that was written down before callers were: then it is the project's account.
    Column("picture_caller", Integer, nullable=True),
    Column("line_caller", Integer, nullable=True),
)

# Where the entry of an address is. Addresses may be longer than an index takes, so it is their hash that is
# unique. A table and no index, so that a part that is filled gets it last and in its order (decisions/0405).
entry_places = Table(
    "dataset_entry_places",
    METADATA,
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("ref_hash", LargeBinary(16), primary_key=True),
    Column("seq", Integer, nullable=False),
    sqlite_with_rowid=False,
)

# Callers that put entries: as JSON, without key and rights, each of them once.
callers = Table(
    "dataset_callers",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("facts_hash", LargeBinary(16), nullable=False, unique=True),
    Column("facts", Text, nullable=False),
)

blocks = Table(
    "dataset_blocks",
    METADATA,
    Column("part", Integer, primary_key=True),
    Column("block", Integer, primary_key=True),
    Column("present", LargeBinary, nullable=False),
    Column("labelled", LargeBinary, nullable=False),
    Column("normal", LargeBinary, nullable=False),
    Column("anomaly", LargeBinary, nullable=False),
    Column("errors", LargeBinary, nullable=False),
    # Those that somebody could not label for sure.
    Column("unsure", LargeBinary, nullable=False),
    # When each entry came, eight bytes each.
    Column("created", LargeBinary, nullable=False),
    # The part's count of changes when the block was written last.
    Column("changed", Integer, nullable=False, server_default="0"),
)

# What is known of the pictures of a block's entries, packed (`picture_facts.py`): written by the room that
# looks at pictures, read by whoever filters and sorts by them.
picture_blocks = Table(
    "dataset_picture_blocks",
    METADATA,
    Column("part", Integer, primary_key=True),
    Column("block", Integer, primary_key=True),
    Column("facts", LargeBinary, nullable=False),
    Column("hashes", LargeBinary, nullable=False),
    # The part's count of changes to pictures when the block was written last.
    Column("changed", Integer, nullable=False),
)

# The addresses of a block's pictures, apart from its bitmaps since they never change.
refs = Table(
    "dataset_refs",
    METADATA,
    Column("part", Integer, primary_key=True),
    Column("block", Integer, primary_key=True),
    Column("refs", LargeBinary, nullable=False),
)

labels = Table(
    "dataset_labels",
    METADATA,
    Column("part", Integer, primary_key=True),
    Column("label", Integer, primary_key=True),
    # UTF-8, since a name may hold a NUL, which PostgreSQL takes in no text.
    Column("name", LargeBinary, nullable=False),
    Column("pictures", Integer, nullable=False),
    Column("boxed", Integer, nullable=False),
    UniqueConstraint("part", "name"),
)

label_blocks = Table(
    "dataset_label_blocks",
    METADATA,
    Column("part", Integer, primary_key=True),
    Column("label", Integer, primary_key=True),
    Column("block", Integer, primary_key=True),
    Column("pictures", LargeBinary, nullable=False),
    Column("boxed", LargeBinary, nullable=False),
    Index("ix_dataset_label_blocks_part_block", "part", "block"),
)

# What people decided about the labels of a project, used or not.
label_settings = Table(
    "label_settings",
    METADATA,
    Column("project", Integer, ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True),
    # UTF-8, as in dataset_labels.
    Column("name", LargeBinary, primary_key=True),
    Column("colour", String(7), nullable=False),
    Column("key", String(1), nullable=False),
    Column("position", Integer, nullable=False),
)

# Changes of many entries at once: what was asked for, how far it is, and until when it can be undone.
entry_changes = Table(
    "entry_changes",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("project", Integer, ForeignKey("projects.id", ondelete="CASCADE"), nullable=False),
    Column("dataset", Integer, nullable=False),
    # What is done to each entry, as JSON, and who asked, as `dump_principal` writes it.
    Column("change", Text, nullable=False),
    Column("caller", Text, nullable=False),
    # The places of the entries, four bytes each.
    Column("places", LargeBinary, nullable=False),
    Column("status", String(16), nullable=False),
    Column("message", Text, nullable=False),
    Column("total", Integer, nullable=False),
    Column("done", Integer, nullable=False),
    Column("skipped", Integer, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("ended_ms", BigInteger, nullable=True),
    # The step of the journal that was undone last.
    Column("undone_step", Integer, nullable=True),
)

# The journal: a line a change of a dataset's entries, with who made it, how, and what it came to.
journal = Table(
    "dataset_journal",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("dataset", Integer, nullable=False),
    # The project's other dataset, where entries went there.
    Column("other", Integer, nullable=True),
    # The part that came as a whole with this change, so that nothing was written entry by entry.
    Column("whole_part", Integer, nullable=True),
    Column("kind", String(16), nullable=False),
    # Batches of one work have the same group, and share a line.
    Column("work", String(64), nullable=False),
    Column("caller", Integer, nullable=True),
    Column("began_ms", BigInteger, nullable=False),
    Column("ended_ms", BigInteger, nullable=False),
    Column("added", Integer, nullable=False),
    Column("removed", Integer, nullable=False),
    Column("changed", Integer, nullable=False),
    # How many entries got and lost each label, as JSON.
    Column("labels", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("reverts", Integer, nullable=True),
    Index("ix_dataset_journal_dataset_id", "dataset", "id"),
    Index("ix_dataset_journal_other_id", "other", "id"),
    Index("ix_dataset_journal_work", "work"),
    sqlite_autoincrement=True,
)

# What a change did, a block a row (`steps.py`). The numbers only grow: a snapshot is a number.
journal_steps = Table(
    "dataset_journal_steps",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("line", Integer, nullable=False),
    Column("part", Integer, nullable=False),
    Column("block", Integer, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("facts", LargeBinary, nullable=False),
    Column("labels", LargeBinary, nullable=False),
    # What the entries said before; gone where no snapshot and no reverting can need it any more.
    Column("rows", LargeBinary, nullable=True),
    Index("ix_dataset_journal_steps_part_block_id", "part", "block", "id"),
    Index("ix_dataset_journal_steps_line", "line"),
    sqlite_autoincrement=True,
)

# Snapshots: a dataset's entries as they were after a step of the journal. Holds no entries itself.
snapshots = Table(
    "dataset_snapshots",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("dataset", Integer, nullable=False),
    Column("part", Integer, nullable=False),
    Column("step", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("description", Text, nullable=False),
    # Why it was made by itself; empty where a person made it.
    Column("reason", String(16), nullable=False),
    Column("caller", Integer, nullable=True),
    Column("created_ms", BigInteger, nullable=False),
    Column("bucket", String(63), nullable=False),
    Column("counts", Text, nullable=False),
    Column("labels", Text, nullable=False),
    # The version that was trained with it, and goes with it.
    Column("version", Integer, nullable=True),
    Index("ix_dataset_snapshots_dataset", "dataset"),
    Index("ix_dataset_snapshots_part", "part"),
)

# Entries put back to what they were: all of a snapshot, or what one change did.
restorations = Table(
    "dataset_restorations",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("project", Integer, ForeignKey("projects.id", ondelete="CASCADE"), nullable=False),
    Column("dataset", Integer, nullable=False),
    Column("snapshot", String(32), nullable=False),
    Column("line", Integer, nullable=True),
    Column("only_labels", Boolean, nullable=False),
    Column("note", Text, nullable=False),
    Column("caller", Text, nullable=False),
    # The snapshot of what was there before.
    Column("before", String(32), nullable=False),
    Column("status", String(16), nullable=False),
    Column("message", Text, nullable=False),
    Column("total", Integer, nullable=False),
    Column("done", Integer, nullable=False),
    Column("skipped", Integer, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("ended_ms", BigInteger, nullable=True),
    Index("ix_dataset_restorations_dataset", "dataset"),
)
