"""A part's blocks as a transaction works on them: bitmaps as whole numbers, a bit an entry.

A `Sheet` is opened within a write transaction, takes appended, replaced and removed entries,
and is saved once. Blocks are loaded as they are touched, so that a change costs what it touches.
"""

import array
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sqlalchemy import Connection, bindparam, delete, func, insert, select, update
from sqlalchemy import Row as Record

from vedette.datasets.dataset import Counts
from vedette.datasets.journal import ChangeRecorder
from vedette.datasets.staging import BLOCK, EntryRow, read_flaws
from vedette.datasets.steps import Touched
from vedette.datasets.tables import blocks, entries, entry_places, label_blocks, labels, parts, refs
from vedette.store.bulk import insert_rows

# No UTF-8 text holds this byte.
SEPARATOR = b"\xff"
_BYTES = BLOCK // 8
BITMAPS = ("present", "labelled", "normal", "anomaly", "errors", "unsure")
EMPTY = bytes(_BYTES)
"""A bitmap of no entry."""


@dataclass(slots=True)
class EntryBlock:
    """The facts of up to 1,024 entries; removed ones keep their place, with no bit set."""

    bits: dict[str, int] = field(default_factory=lambda: dict.fromkeys(BITMAPS, 0))
    created: "array.array[int]" = field(default_factory=lambda: array.array("q"))
    labels: dict[int, list[int]] = field(default_factory=dict)
    new_refs: list[bytes] = field(default_factory=list)
    is_new: bool = True


def write_bits(bits: int) -> bytes:
    """Return a bitmap as it is kept."""
    return bits.to_bytes(_BYTES, "little")


def read_bits(data: bytes) -> int:
    """Return a bitmap as a number."""
    return int.from_bytes(data, "little")


def ones(bits: int) -> Iterator[int]:
    """Yield the places of the bits that are set, from the first."""
    while bits:
        low = bits & -bits
        yield low.bit_length() - 1
        bits ^= low


def hash_ref(ref: str) -> bytes:
    """Return what an address is found by."""
    return hashlib.blake2b(ref.encode("utf-8"), digest_size=16).digest()


class Sheet:
    """One part within one write transaction."""

    def __init__(
        self, connection: Connection, part: int, now_ms: int, recorder: ChangeRecorder | None = None
    ) -> None:
        """Open a part. Without a recorder no history is written: of a part that nobody sees yet."""
        self._connection = connection
        self._part = part
        self._now_ms = now_ms
        self._recorder = recorder
        self._touched: dict[int, Touched] = {}
        self._blocks: dict[int, EntryBlock] = {}
        self._names = _read_names(connection, part)
        self._stored_names = set(self._names.values())
        self._changed_labels: dict[int, list[int]] = {}
        self._appended: list[dict[str, Any]] = []
        self._replaced: list[dict[str, Any]] = []
        self._removed: list[dict[str, Any]] = []
        self._end = _find_end(connection, part)

    def append(self, rows: Sequence[EntryRow]) -> list[int]:
        """Put entries at the end; return their places. None of them may be there already."""
        first = self._end
        for seq, row in enumerate(rows, start=first):
            block = self._open(seq // BLOCK)
            block.created.append(row.created_ms or self._now_ms)
            block.new_refs.append(row.ref.encode("utf-8"))
            self._state(block, seq, row)
            self._appended.append(self._record(seq, row))
            self._note(seq, row)
        self._end = first + len(rows)
        return list(range(first, self._end))

    def replace(self, rows: Mapping[int, EntryRow]) -> None:
        """Let the entries at these places say something else; their addresses stay."""
        self._remember(rows)
        self._clear(rows)
        for seq, row in rows.items():
            block = self._open(seq // BLOCK)
            block.created[seq % BLOCK] = row.created_ms or self._now_ms
            self._state(block, seq, row)
            self._replaced.append({"at": seq, **_kept(row)})
            self._note(seq, row)

    def put_back(self, rows: Mapping[int, EntryRow]) -> None:
        """Put entries where they were before they were removed; nothing may have their addresses now."""
        for seq, row in rows.items():
            block = self._open(seq // BLOCK)
            block.created[seq % BLOCK] = row.created_ms or self._now_ms
            self._state(block, seq, row)
            self._appended.append(self._record(seq, row))
            self._note(seq, row)

    def remove(self, seqs: Iterable[int]) -> None:
        """Take entries out. Their places stay empty, so that pages go on where they were."""
        places = sorted(seqs)
        self._remember(places)
        self._clear(places)
        self._removed += [{"at": seq} for seq in places]
        for seq in places:
            self._note(seq, None)

    def relabel(self, labels: Mapping[int, Sequence[str]]) -> bool:
        """Let entries without boxes have these labels and no others; return whether any had others."""
        is_other = False
        for seq, names in labels.items():
            block, bit = self._open(seq // BLOCK), 1 << seq % BLOCK
            if not block.bits["present"] & bit:
                continue
            numbers = {self._names.setdefault(name, len(self._names) + 1) for name in names}
            for number in numbers | set(block.labels):
                place = block.labels.setdefault(number, [0, 0])
                if bool(place[0] & bit) != (number in numbers):
                    is_other = True
                    place[0] ^= bit
                    self._count(number, 1 if number in numbers else -1, 0)
        return is_other

    def mark(self, seq: int, *, has_errors: bool) -> None:
        """Say whether an entry has errors."""
        block, bit = self._open(seq // BLOCK), 1 << seq % BLOCK
        block.bits["errors"] = block.bits["errors"] | bit if has_errors else block.bits["errors"] & ~bit

    def save(self) -> None:
        """Write what was changed."""
        same_entry = (entries.c.part == self._part, entries.c.seq == bindparam("at"))
        run = self._connection.execute
        if self._removed:
            self._forget_places()
            run(delete(entries).where(*same_entry), self._removed)
        if self._replaced:
            run(update(entries).where(*same_entry), self._replaced)
        if self._appended:
            insert_rows(self._connection, entries, self._appended)
            places = [{name: row[name] for name in ("part", "ref_hash", "seq")} for row in self._appended]
            insert_rows(self._connection, entry_places, places)
        self._save_blocks()
        self._save_labels()
        if self._recorder:
            self._recorder.write(self._part, self._touched, self._names)

    def _forget_places(self) -> None:
        """Let nobody find the entries that are removed."""
        seqs = [row["at"] for row in self._removed]
        for start in range(0, len(seqs), 500):
            is_removed = (entries.c.part == self._part, entries.c.seq.in_(seqs[start : start + 500]))
            hashes = select(entries.c.ref_hash).where(*is_removed)
            self._connection.execute(
                delete(entry_places).where(
                    entry_places.c.part == self._part, entry_places.c.ref_hash.in_(hashes)
                )
            )

    def _record(self, seq: int, row: EntryRow) -> dict[str, Any]:
        return {
            "part": self._part,
            "seq": seq,
            **_kept(row),
            "picture_caller": row.picture_caller,
            "ref_hash": hash_ref(row.ref),
        }

    def _remember(self, seqs: Iterable[int]) -> None:
        """Note what entries are before they are changed."""
        if self._recorder is None:
            return
        places = [seq for seq in seqs if seq not in self._touched]
        names = {number: name for name, number in self._names.items()}
        for records in _records_at(self._connection, self._part, places):
            by_block: dict[int, list[Record[Any]]] = {}
            for record in records:
                by_block.setdefault(record.seq // BLOCK, []).append(record)
            for number, few in by_block.items():
                rows = _rows_of(self._open(number), few, names)
                self._touched.update({seq: (row, row) for seq, row in rows.items()})

    def _note(self, seq: int, row: EntryRow | None) -> None:
        """Note what an entry is from now on."""
        if self._recorder:
            old = self._touched.get(seq)
            self._touched[seq] = (old[0] if old else None, row)

    def _state(self, block: EntryBlock, seq: int, row: EntryRow) -> None:
        """Set the bits of an entry that has none."""
        bit = 1 << seq % BLOCK
        bits = block.bits
        bits["present"] |= bit
        if row.is_labelled:
            bits["labelled"] |= bit
        if row.has_errors:
            bits["errors"] |= bit
        if row.is_unsure:
            bits["unsure"] |= bit
        if row.is_anomalous is not None:
            bits["anomaly" if row.is_anomalous else "normal"] |= bit
        boxed = set(row.boxed)
        for name in row.labels:
            number = self._names.setdefault(name, len(self._names) + 1)
            place = block.labels.setdefault(number, [0, 0])
            place[0] |= bit
            self._count(number, 1, 1 if name in boxed else 0)
            if name in boxed:
                place[1] |= bit

    def _clear(self, seqs: Iterable[int]) -> None:
        """Clear every bit of these entries, a block at a time."""
        masks: dict[int, int] = {}
        for seq in seqs:
            masks[seq // BLOCK] = masks.get(seq // BLOCK, 0) | 1 << seq % BLOCK
        for number, mask in masks.items():
            block = self._open(number)
            for name in BITMAPS:
                block.bits[name] &= ~mask
            for label, place in block.labels.items():
                pictures, boxed = ((bits & mask).bit_count() for bits in place)
                if pictures:
                    self._count(label, -pictures, -boxed)
                    place[:] = [bits & ~mask for bits in place]

    def _count(self, number: int, pictures: int, boxed: int) -> None:
        change = self._changed_labels.setdefault(number, [0, 0])
        change[0] += pictures
        change[1] += boxed

    def _open(self, number: int) -> EntryBlock:
        block = self._blocks.get(number)
        if block is None:
            block = self._blocks[number] = _load(self._connection, self._part, number)
        return block

    def _save_blocks(self) -> None:
        key = {"part": self._part}
        changed = count_change(self._connection, self._part)
        rows = [
            {
                **key,
                "block": number,
                "changed": changed,
                **{name: write_bits(block.bits[name]) for name in BITMAPS},
                "created": block.created.tobytes(),
            }
            for number, block in self._blocks.items()
        ]
        places = [
            {**key, "label": label, "block": number, "pictures": write_bits(bits), "boxed": write_bits(boxed)}
            for number, block in self._blocks.items()
            for label, (bits, boxed) in block.labels.items()
            if bits
        ]
        self._forget_blocks()
        insert_rows(self._connection, blocks, rows)
        insert_rows(self._connection, label_blocks, places)
        self._save_refs()

    def _forget_blocks(self) -> None:
        old = [{"number": number} for number, block in self._blocks.items() if not block.is_new]
        if not old:
            return
        for table in (blocks, label_blocks):
            same_block = (table.c.part == self._part, table.c.block == bindparam("number"))
            self._connection.execute(delete(table).where(*same_block), old)

    def _save_refs(self) -> None:
        for number, block in self._blocks.items():
            if not block.new_refs:
                continue
            added = b"".join(ref + SEPARATOR for ref in block.new_refs)
            same_block = (refs.c.part == self._part, refs.c.block == number)
            stored_refs = self._connection.execute(select(refs.c.refs).where(*same_block)).scalar()
            if stored_refs is None:
                row = {"part": self._part, "block": number, "refs": added}
                self._connection.execute(insert(refs).values(row))
            else:
                self._connection.execute(
                    update(refs).where(*same_block).values(refs=bytes(stored_refs) + added)
                )

    def _save_labels(self) -> None:
        if not self._changed_labels:
            return
        names = {number: name for name, number in self._names.items()}
        key = {"part": self._part}
        new = [
            {**key, "label": number, "name": names[number].encode(), "pictures": 0, "boxed": 0}
            for number in self._changed_labels
            if number not in self._stored_names
        ]
        if new:
            self._connection.execute(insert(labels), new)
        same_label = (labels.c.part == self._part, labels.c.label == bindparam("number"))
        grown = update(labels).where(*same_label)
        self._connection.execute(
            grown.values(
                pictures=labels.c.pictures + bindparam("more_pictures"),
                boxed=labels.c.boxed + bindparam("more_boxed"),
            ),
            [
                {"number": number, "more_pictures": pictures, "more_boxed": boxed}
                for number, (pictures, boxed) in self._changed_labels.items()
            ],
        )


def count_change(connection: Connection, part: int) -> int:
    """Count a change of a part's entries, and return the count: what was read before it is out of date."""
    counted = update(parts).where(parts.c.id == part).values(changes=parts.c.changes + 1)
    return int(connection.execute(counted.returning(parts.c.changes)).scalar_one())


def count(connection: Connection, part: int) -> Counts:
    """Count a part's entries by their bitmaps: 1,000 short rows for a million entries."""
    columns = [blocks.c[name] for name in BITMAPS]
    records = connection.execute(select(*columns).where(blocks.c.part == part)).all()
    bitmaps = np.frombuffer(b"".join(bytes(bitmap) for record in records for bitmap in record), np.uint64)
    by_name = bitmaps.reshape(len(records), len(BITMAPS), -1)
    sums = dict(
        zip(BITMAPS, np.bitwise_count(by_name).sum(axis=(0, 2), dtype=np.int64).tolist(), strict=True)
    )
    used = select(func.count()).where(labels.c.part == part, labels.c.pictures > 0)
    return Counts(
        total=sums["present"],
        labelled=sums["labelled"],
        errors=sums["errors"],
        normal=sums["normal"],
        anomaly=sums["anomaly"],
        labels=connection.execute(used).scalar_one(),
    )


def find_places(connection: Connection, part: int, addresses: Sequence[str]) -> Mapping[str, int]:
    """Return where the entries of these addresses are; an address that is not there is left out."""
    by_hash = {hash_ref(ref): ref for ref in addresses}
    hashes = list(by_hash)
    places: dict[str, int] = {}
    for start in range(0, len(hashes), 500):
        batch = hashes[start : start + 500]
        query = select(entry_places.c.ref_hash, entry_places.c.seq).where(
            entry_places.c.part == part, entry_places.c.ref_hash.in_(batch)
        )
        places.update({by_hash[bytes(record.ref_hash)]: record.seq for record in connection.execute(query)})
    return places


def _kept(row: EntryRow) -> dict[str, Any]:
    return {
        "line": row.line,
        "flaws": row.flaws,
        "picture_flaws": None,
        "line_caller": row.line_caller,
    }


def _records_at(connection: Connection, part: int, places: Sequence[int]) -> Iterator[Sequence[Record[Any]]]:
    """Yield the entries at these places, as many at once as SQLite surely takes parameters."""
    for start in range(0, len(places), 500):
        batch = places[start : start + 500]
        query = select(entries).where(entries.c.part == part, entries.c.seq.in_(batch))
        yield connection.execute(query).all()


def _rows_of(
    block: EntryBlock, records: Sequence[Record[Any]], names: Mapping[int, str]
) -> dict[int, EntryRow]:
    """Return what entries of a block are, by their places in the part. Without their addresses."""
    mask = sum(1 << record.seq % BLOCK for record in records)
    labelled: dict[int, list[str]] = {place: [] for place in ones(mask)}
    boxed: dict[int, list[str]] = {place: [] for place in labelled}
    for label in sorted(block.labels):
        for bits, by_place in zip(block.labels[label], (labelled, boxed), strict=True):
            for place in ones(bits & mask):
                by_place[place].append(names[label])
    return {record.seq: _row_of(block, record, labelled, boxed) for record in records}


def _row_of(
    block: EntryBlock,
    record: Record[Any],
    labelled: Mapping[int, Sequence[str]],
    boxed: Mapping[int, Sequence[str]],
) -> EntryRow:
    place = record.seq % BLOCK
    bit = 1 << place
    is_classed = (block.bits["anomaly"] | block.bits["normal"]) & bit
    return EntryRow(
        ref="",
        line=record.line,
        flaws=record.flaws,
        has_errors=any(flaw.scope != "mark" for flaw in read_flaws(record.flaws)),
        labels=labelled[place],
        boxed=boxed[place],
        is_anomalous=bool(block.bits["anomaly"] & bit) if is_classed else None,
        created_ms=block.created[place],
        is_labelled=bool(block.bits["labelled"] & bit),
        picture_caller=record.picture_caller,
        line_caller=record.line_caller,
        is_unsure=bool(block.bits["unsure"] & bit),
    )


def _find_end(connection: Connection, part: int) -> int:
    query = select(blocks.c.block, blocks.c.created).where(blocks.c.part == part)
    last = connection.execute(query.order_by(blocks.c.block.desc()).limit(1)).first()
    return 0 if last is None else last.block * BLOCK + len(last.created) // 8


def _read_names(connection: Connection, part: int) -> dict[str, int]:
    query = select(labels.c.name, labels.c.label).where(labels.c.part == part)
    return {bytes(record.name).decode(): record.label for record in connection.execute(query)}


def _load(connection: Connection, part: int, number: int) -> EntryBlock:
    record = connection.execute(select(blocks).where(blocks.c.part == part, blocks.c.block == number)).first()
    if record is None:
        return EntryBlock()
    query = select(label_blocks.c.label, label_blocks.c.pictures, label_blocks.c.boxed).where(
        label_blocks.c.part == part, label_blocks.c.block == number
    )
    return _block(record, {label: [read_bits(a), read_bits(b)] for label, a, b in connection.execute(query)})


def _block(record: Record[Any], label_bits: dict[int, list[int]]) -> EntryBlock:
    created = array.array("q")
    created.frombytes(bytes(record.created))
    bits = {name: read_bits(getattr(record, name)) for name in BITMAPS}
    return EntryBlock(bits=bits, created=created, labels=label_bits, is_new=False)
