"""Where it is kept what pictures turned out to be: by object, and which of them an entry names."""

from sqlalchemy import Boolean, Column, Integer, LargeBinary, String, Table, Text

from vedette.store.db import METADATA

# What was found out about an object, by its bucket, key, version and ETag: looked at once, ever.
looks = Table(
    "picture_looks",
    METADATA,
    Column("id", LargeBinary(16), primary_key=True),
    Column("format", String(4), nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("bytes", Integer, nullable=False),
    # What is wrong with the file itself; empty where nothing is.
    Column("why", Text, nullable=False),
    Column("exact", String(32), nullable=False),
    Column("alike", String(64), nullable=False),
    # The first colour of a mask that its line does not name.
    Column("color", String(7), nullable=False),
    # The colours of its line that a mask shows, with commas between; nothing for what is no mask.
    Column("shown", Text, nullable=True),
)

# Which look an entry's picture has. An entry without a row was not looked at yet.
entry_looks = Table(
    "dataset_pictures",
    METADATA,
    Column("part", Integer, primary_key=True),
    Column("seq", Integer, primary_key=True),
    # Nothing while the object is not there.
    Column("look", LargeBinary(16), nullable=True),
    # Whether something was said of it beside its entry.
    Column("is_flawed", Boolean, nullable=False),
)
