"""Parts: made empty, written block by block, read in order, and dropped in the background.

A part that no dataset points at is nobody's: a failed or interrupted import leaves one, and so
does a deleted dataset. What is nobody's is dropped a block at a time, so that no other write waits.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence

from sqlalchemy import Connection, delete, func, insert, select, update

from vedette.datasets.blocks import SEPARATOR, ones, read_bits
from vedette.datasets.staging import BLOCK, EntryRow, read_flaws
from vedette.datasets.tables import (
    blocks,
    datasets,
    entries,
    entry_places,
    journal_steps,
    label_blocks,
    labels,
    parts,
    picture_blocks,
    refs,
    snapshots,
)
from vedette.store.db import Database

BLOCKS_AT_ONCE = 4
# So many places of a dropped part go at once: neighbours, since they lie in the order of their hashes.
_PLACES_AT_ONCE = 8192


def make_part(connection: Connection) -> int:
    """Make an empty part and return its number."""
    values = {"dropped": False, "changes": 0, "picture_changes": 0}
    return int(connection.execute(insert(parts).values(values).returning(parts.c.id)).scalar_one())


def drop_part(connection: Connection, part: int) -> None:
    """Say that nobody needs a part any more."""
    connection.execute(update(parts).where(parts.c.id == part).values(dropped=True))


def drop_unused(connection: Connection, numbers: Collection[int]) -> None:
    """Drop those of these parts that neither a dataset nor a snapshot points at."""
    unused = parts.c.id.not_in(select(datasets.c.part).union(select(snapshots.c.part)))
    connection.execute(update(parts).where(parts.c.id.in_(numbers), unused).values(dropped=True))


def drop_orphans(connection: Connection) -> None:
    """Drop every part that no dataset points at; only right while nothing is being written."""
    used = select(datasets.c.part).union(select(snapshots.c.part))
    connection.execute(update(parts).where(parts.c.id.not_in(used)).values(dropped=True))


def sweep(database: Database) -> bool:
    """Remove one block of a dropped part; return whether there may be more to remove."""
    with database.write() as connection:
        part = connection.execute(select(parts.c.id).where(parts.c.dropped).limit(1)).scalar()
        if part is None:
            return False
        if _remove_places(connection, part):
            return True
        last = connection.execute(select(func.max(blocks.c.block)).where(blocks.c.part == part)).scalar()
        if last is None:
            connection.execute(delete(labels).where(labels.c.part == part))
            connection.execute(delete(parts).where(parts.c.id == part))
        else:
            _remove_block(connection, part, last)
    return True


def _remove_places(connection: Connection, part: int) -> bool:
    """Remove the first places; return whether there were any."""
    of_part = entry_places.c.part == part
    ordered = select(entry_places.c.ref_hash).where(of_part).order_by(entry_places.c.ref_hash)
    edge = connection.execute(ordered.offset(_PLACES_AT_ONCE).limit(1)).scalar()
    first = of_part if edge is None else of_part & (entry_places.c.ref_hash < edge)
    return connection.execute(delete(entry_places).where(first)).rowcount > 0


def _remove_block(connection: Connection, part: int, block: int) -> None:
    first = block * BLOCK
    connection.execute(
        delete(entries).where(entries.c.part == part, entries.c.seq >= first, entries.c.seq < first + BLOCK)
    )
    for table in (blocks, refs, label_blocks, picture_blocks, journal_steps):
        connection.execute(delete(table).where(table.c.part == part, table.c.block == block))


def read_rows(
    connection: Connection, part: int, only: Collection[int] | None = None
) -> Iterator[list[EntryRow]]:
    """Yield a part's entries in order, or those at the places `only`, a block at a time."""
    names = {
        record.label: bytes(record.name).decode()
        for record in connection.execute(select(labels).where(labels.c.part == part))
    }
    numbers = select(blocks.c.block).where(blocks.c.part == part).order_by(blocks.c.block)
    block_numbers = None if only is None else {seq // BLOCK for seq in only}
    for number in connection.execute(numbers).scalars().all():
        if block_numbers is not None and number not in block_numbers:
            continue
        if rows := _read_block(connection, part, number, names, only):
            yield rows


def read_lines_of(connection: Connection, part: int) -> Iterator[str]:
    """Yield a part's lines in order, as they were given."""
    after = -1
    while True:
        query = (
            select(entries.c.seq, entries.c.line)
            .where(entries.c.part == part, entries.c.seq > after)
            .order_by(entries.c.seq)
            .limit(BLOCK)
        )
        lines = connection.execute(query).all()
        if not lines:
            return
        yield from (record.line for record in lines)
        after = lines[-1].seq


def read_lines_at(connection: Connection, part: int, places: Sequence[int]) -> dict[int, str]:
    """Return the lines at these places."""
    query = select(entries.c.seq, entries.c.line)
    lines: dict[int, str] = {}
    for start in range(0, len(places), 500):  # as many parameters as SQLite surely takes
        few = places[start : start + 500]
        records = connection.execute(query.where(entries.c.part == part, entries.c.seq.in_(few)))
        lines.update({record.seq: record.line for record in records})
    return lines


def read_refs(connection: Connection, part: int, after: int = -1) -> Iterator[tuple[int, str]]:
    """Yield the place and the picture's address of every entry behind `after`, in order.

    Some blocks at a time: PostgreSQL sends all of an answer, however little of it is looked at.
    """
    query = (
        select(refs.c.block, refs.c.refs, blocks.c.present)
        .join(blocks, (blocks.c.part == refs.c.part) & (blocks.c.block == refs.c.block))
        .where(refs.c.part == part)
        .order_by(refs.c.block)
        .limit(BLOCKS_AT_ONCE)
    )
    first = (after + 1) // BLOCK
    while records := connection.execute(query.where(refs.c.block >= first)).all():
        for record in records:
            present = read_bits(record.present)
            for place, ref in enumerate(bytes(record.refs).split(SEPARATOR)[:-1]):
                seq = record.block * BLOCK + place
                if seq > after and present >> place & 1:
                    yield seq, ref.decode("utf-8")
        first = records[-1].block + 1


def _read_block(
    connection: Connection, part: int, number: int, names: Mapping[int, str], only: Collection[int] | None
) -> list[EntryRow]:
    block = connection.execute(select(blocks).where(blocks.c.part == part, blocks.c.block == number)).one()
    text = connection.execute(
        select(refs.c.refs).where(refs.c.part == part, refs.c.block == number)
    ).scalar_one()
    first = number * BLOCK
    bits = read_bits(block.present)
    if only is not None:
        bits &= sum(1 << place for place in range(BLOCK) if first + place in only)
    places = list(ones(bits))
    labelled, boxed = _read_labels(connection, part, number, names, bits)
    created = memoryview(bytes(block.created)).cast("q")
    addresses = bytes(text).split(SEPARATOR)
    normal, anomaly = read_bits(block.normal), read_bits(block.anomaly)
    query = select(entries).where(
        entries.c.part == part, entries.c.seq.in_([first + place for place in places])
    )
    records = connection.execute(query.order_by(entries.c.seq)).all()
    return [
        EntryRow(
            ref=addresses[place].decode("utf-8"),
            line=record.line,
            flaws=record.flaws,
            has_errors=any(flaw.scope != "mark" for flaw in read_flaws(record.flaws)),
            labels=labelled[place],
            boxed=boxed[place],
            is_anomalous=bool(anomaly >> place & 1) if (anomaly | normal) >> place & 1 else None,
            created_ms=created[place],
            is_labelled=bool(read_bits(block.labelled) >> place & 1),
            picture_caller=record.picture_caller,
            line_caller=record.line_caller,
            is_unsure=bool(read_bits(block.unsure) >> place & 1),
        )
        for place, record in zip(places, records, strict=True)
    ]


def _read_labels(
    connection: Connection, part: int, number: int, names: Mapping[int, str], bits: int
) -> tuple[dict[int, list[str]], dict[int, list[str]]]:
    """Return the labels at each place of a block, and those that are on boxes."""
    labelled: dict[int, list[str]] = defaultdict(list)
    boxed: dict[int, list[str]] = defaultdict(list)
    query = select(label_blocks).where(label_blocks.c.part == part, label_blocks.c.block == number)
    for record in connection.execute(query.order_by(label_blocks.c.label)):
        for bitmap, by_place in ((record.pictures, labelled), (record.boxed, boxed)):
            for place in ones(read_bits(bitmap) & bits):
                by_place[place].append(names[record.label])
    return labelled, boxed
