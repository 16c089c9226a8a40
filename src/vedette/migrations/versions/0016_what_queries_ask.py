"""What queries ask for: counts of changes, and what is known of pictures, packed by block."""

import struct

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

BLOCK = 1024
FACT = struct.Struct("<IIQB")
LOOKS = sa.text(
    "SELECT d.part, d.seq, d.look, l.format, l.width, l.height, l.bytes, l.why, l.exact, l.alike "
    "FROM dataset_pictures d LEFT JOIN picture_looks l ON l.id = d.look ORDER BY d.part, d.seq"
)
# As `datasets/picture_facts.py` numbers the states.
SOUND, BROKEN, MISSING = 1, 2, 3


def upgrade() -> None:
    for column in ("changes", "picture_changes"):
        op.add_column("dataset_parts", sa.Column(column, sa.Integer, nullable=False, server_default="0"))
    op.add_column("dataset_blocks", sa.Column("changed", sa.Integer, nullable=False, server_default="0"))
    table = op.create_table(
        "dataset_picture_blocks",
        sa.Column("part", sa.Integer, primary_key=True),
        sa.Column("block", sa.Integer, primary_key=True),
        sa.Column("facts", sa.LargeBinary, nullable=False),
        sa.Column("hashes", sa.LargeBinary, nullable=False),
        sa.Column("changed", sa.Integer, nullable=False),
    )
    connection = op.get_bind()
    standing: tuple[int, int] | None = None
    facts, hashes = bytearray(), bytearray()

    def keep() -> None:
        if standing is not None:
            values = {"facts": bytes(facts), "hashes": bytes(hashes), "changed": 0}
            connection.execute(table.insert().values(part=standing[0], block=standing[1], **values))

    for row in connection.execute(LOOKS).all():
        place = (row.part, row.seq // BLOCK)
        if place != standing:
            keep()
            standing = place
            facts, hashes = bytearray(FACT.size * BLOCK), bytearray(48 * BLOCK)
        at = row.seq % BLOCK
        if row.format is None:
            FACT.pack_into(facts, at * FACT.size, 0, 0, 0, MISSING)
            continue
        state = SOUND if row.format and not row.why else BROKEN
        FACT.pack_into(facts, at * FACT.size, row.width, row.height, row.bytes, state)
        text = (row.exact or "00" * 16) + (row.alike or "00" * 32)
        hashes[at * 48 : at * 48 + 48] = bytes.fromhex(text)
    keep()
