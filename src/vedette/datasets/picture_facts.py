"""What is known of entries' pictures, packed a block at a time: size, state, and both hashes.

Written by the room `pictures` in the transaction that keeps what it saw; read by queries. Knows no picture
and judges none.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, delete, insert, select, update

from vedette.datasets.staging import BLOCK
from vedette.datasets.tables import parts, picture_blocks

PictureState = Literal["pending", "sound", "broken", "missing"]
STATES: tuple[PictureState, ...] = ("pending", "sound", "broken", "missing")

# Packed, so that what an older release wrote is read byte by byte: the form never changes, a new one gets a
# migration.
FACTS = np.dtype([("width", "<u4"), ("height", "<u4"), ("bytes", "<u8"), ("state", "u1")])
# As `vision/hashes.py` and `vision/inspect.py` make them; zeros where there are none.
HASHES = np.dtype([("exact", "u1", (16,)), ("alike", "u1", (32,))])


@dataclass(frozen=True, slots=True)
class PictureFact:
    """What is known of one entry's picture. Its sides are those of the upright one, hashes hexadecimal."""

    state: PictureState
    width: int = 0
    height: int = 0
    bytes: int = 0
    exact: str = ""
    alike: str = ""


def write_facts(connection: Connection, part: int, facts: Mapping[int, PictureFact]) -> None:
    """Keep what is known of the pictures of these entries, by their places."""
    if not facts:
        return
    counted = update(parts).where(parts.c.id == part).values(picture_changes=parts.c.picture_changes + 1)
    changed = connection.execute(counted.returning(parts.c.picture_changes)).scalar()
    if changed is None:
        return  # the part was dropped and swept meanwhile
    by_block: dict[int, dict[int, PictureFact]] = {}
    for seq, fact in facts.items():
        by_block.setdefault(seq // BLOCK, {})[seq % BLOCK] = fact
    for number, block_facts in by_block.items():
        _write_block(connection, part, number, block_facts, changed)


def _write_block(
    connection: Connection, part: int, number: int, block_facts: Mapping[int, PictureFact], changed: int
) -> None:
    same_block = (picture_blocks.c.part == part, picture_blocks.c.block == number)
    row = connection.execute(select(picture_blocks).where(*same_block)).first()
    facts, hashes = (
        unpack(row.facts, row.hashes) if row else (np.zeros(BLOCK, FACTS), np.zeros(BLOCK, HASHES))
    )
    for place, fact in block_facts.items():
        facts[place] = (fact.width, fact.height, fact.bytes, STATES.index(fact.state))
        hashes[place] = (_hash_bytes(fact.exact, 16), _hash_bytes(fact.alike, 32))
    connection.execute(delete(picture_blocks).where(*same_block))
    values = {"facts": facts.tobytes(), "hashes": hashes.tobytes(), "changed": changed}
    connection.execute(insert(picture_blocks).values(part=part, block=number, **values))


def unpack(facts: bytes, hashes: bytes) -> tuple[NDArray[np.void], NDArray[np.void]]:
    """Return a block's facts and hashes, to be read and written."""
    return np.frombuffer(bytes(facts), FACTS).copy(), np.frombuffer(bytes(hashes), HASHES).copy()


def _hash_bytes(text: str, size: int) -> NDArray[np.uint8]:
    return np.frombuffer(bytes.fromhex(text or "00" * size), np.uint8)
