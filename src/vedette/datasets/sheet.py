"""A part within one write transaction: entries are appended, replaced and removed, and saved once.

Blocks (blocks.py) are loaded as they are touched, so that a change costs what it touches.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update
from sqlalchemy import Row as Record

from vedette.datasets.blocks import (
    BITMAPS,
    SEPARATOR,
    EntryBlock,
    count_change,
    find_end,
    hash_ref,
    load_block,
    read_entries_at,
    read_label_names,
    rows_of_block,
    write_bits,
)
from vedette.datasets.journal import ChangeRecorder
from vedette.datasets.staging import BLOCK, EntryRow
from vedette.datasets.steps import Touched
from vedette.datasets.tables import blocks, entries, entry_places, label_blocks, labels, refs
from vedette.store.bulk import insert_rows


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
        self._names = read_label_names(connection, part)
        self._stored_names = set(self._names.values())
        self._changed_labels: dict[int, list[int]] = {}
        self._appended: list[dict[str, Any]] = []
        self._replaced: list[dict[str, Any]] = []
        self._removed: list[dict[str, Any]] = []
        self._end = find_end(connection, part)

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
        for records in read_entries_at(self._connection, self._part, places):
            by_block: dict[int, list[Record[Any]]] = {}
            for record in records:
                by_block.setdefault(record.seq // BLOCK, []).append(record)
            for number, few in by_block.items():
                rows = rows_of_block(self._open(number), few, names)
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
            block = self._blocks[number] = load_block(self._connection, self._part, number)
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


def _kept(row: EntryRow) -> dict[str, Any]:
    return {
        "line": row.line,
        "flaws": row.flaws,
        "picture_flaws": None,
        "line_caller": row.line_caller,
    }
