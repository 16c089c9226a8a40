"""Lines as they lie in the table, 1,024 a row: written, read, changed; and what each row of them comes to."""

import hashlib
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
from sqlalchemy import Connection, delete, insert, select, update

from vedette.imports.staging import BLOCK, StagedRow
from vedette.imports.tables import import_blocks

Summary = dict[str, Any]


def write_block(connection: Connection, import_id: str, number: int, rows: Sequence[StagedRow]) -> None:
    """Write a block behind the others; one of its number that a killed run left is replaced."""
    same = (import_blocks.c.import_id == import_id, import_blocks.c.block == number)
    connection.execute(delete(import_blocks).where(*same))
    connection.execute(insert(import_blocks).values(import_id=import_id, block=number, **_columns(rows)))


def change_block(connection: Connection, import_id: str, number: int, rows: Sequence[StagedRow]) -> None:
    """Write a block in its own place."""
    same = (import_blocks.c.import_id == import_id, import_blocks.c.block == number)
    connection.execute(update(import_blocks).where(*same).values(**_columns(rows)))


def read_block(connection: Connection, import_id: str, number: int) -> list[StagedRow]:
    """Return the rows of a block; none where there is no such block."""
    same = (import_blocks.c.import_id == import_id, import_blocks.c.block == number)
    body = connection.execute(select(import_blocks.c.body).where(*same)).scalar()
    if body is None:
        return []
    return [StagedRow(*values) for values in orjson.loads(zlib.decompress(bytes(body)))]


def read_blocks(
    connection: Connection, import_id: str, after: int = -1
) -> Iterator[tuple[int, list[StagedRow]]]:
    """Yield the blocks in order, holding one at a time."""
    for number in block_numbers(connection, import_id):
        if number > after:
            yield number, read_block(connection, import_id, number)


def block_numbers(connection: Connection, import_id: str) -> list[int]:
    """Return the numbers of the blocks, in order."""
    query = select(import_blocks.c.block).where(import_blocks.c.import_id == import_id)
    return list(connection.execute(query.order_by(import_blocks.c.block)).scalars())


def read_summaries(connection: Connection, import_id: str) -> list[tuple[int, Summary]]:
    """Return what each block comes to."""
    query = select(import_blocks.c.block, import_blocks.c.summary)
    rows = connection.execute(query.where(import_blocks.c.import_id == import_id).order_by("block"))
    return [(row.block, orjson.loads(row.summary)) for row in rows]


def drop_blocks(connection: Connection, import_id: str, *, after: int = -1) -> None:
    """Remove the blocks behind this one."""
    condition = (import_blocks.c.import_id == import_id, import_blocks.c.block > after)
    connection.execute(delete(import_blocks).where(*condition))


@dataclass(frozen=True, slots=True)
class SourceHashes:
    """The hash of every line's picture, by its place; 0 where it counts for none."""

    hashes: "np.ndarray[Any, np.dtype[np.int64]]"

    def places(self, source: str) -> list[int]:
        """Return the numbers of the lines of a picture, from 1."""
        return [int(place) + 1 for place in np.flatnonzero(self.hashes == hash_of(source))]


def read_hashes(connection: Connection, import_id: str) -> SourceHashes:
    """Return the hashes of all lines."""
    query = select(import_blocks.c.hashes).where(import_blocks.c.import_id == import_id)
    parts = [bytes(part) for part in connection.execute(query.order_by(import_blocks.c.block)).scalars()]
    return SourceHashes(np.frombuffer(b"".join(parts), np.int64))


def hash_of(source: str) -> int:
    """Return the hash of an address; never 0."""
    digest = hashlib.blake2b(source.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little", signed=True) or 1


def block_of(number: int) -> int:
    """Return the block in which the line of this number lies."""
    return (number - 1) // BLOCK


def source_of(row: StagedRow) -> str:
    """Return the address that a row's line names; nothing where it has none to go by."""
    if not row.text or row.is_left_out:
        return ""
    try:
        source = orjson.loads(row.text).get("source-ref")
    except (ValueError, AttributeError):
        return ""
    return source if isinstance(source, str) else ""


def _columns(rows: Sequence[StagedRow]) -> dict[str, Any]:
    hashes = [hash_of(source) if (source := source_of(row)) else 0 for row in rows]
    return {
        "body": zlib.compress(orjson.dumps([tuple(row) for row in rows]), 1),
        "hashes": np.asarray(hashes, np.int64).tobytes(),
        "summary": orjson.dumps(summarise(rows)).decode(),
    }


def summarise(rows: Sequence[StagedRow]) -> Summary:
    """Return what rows come to."""
    summary: Summary = {"lines": len(rows), "codes": {}, "labels": {}}
    for key in ("usable", "refused", "errors", "unlabelled", "left_out", "mended", "notes"):
        summary[key] = 0
    for row in rows:
        _count_row(summary, row)
    return summary


def _count_row(summary: Summary, row: StagedRow) -> None:
    summary["left_out"] += row.is_left_out
    summary["mended"] += bool(row.original) and not row.is_left_out
    if row.is_left_out:
        return
    summary["refused"] += row.is_refused
    summary["notes"] += not row.text and not row.is_refused
    for problem in {(problem[0], problem[2]) for problem in row.problems}:
        code = summary["codes"].setdefault(problem[0], [problem[1], 0])
        code[1] += 1
    if not row.counts:
        return
    summary["usable"] += 1
    summary["errors"] += any(problem[2] == "error" for problem in row.problems)
    summary["unlabelled"] += not row.labels
    for name, boxes in row.labels:
        label = summary["labels"].setdefault(name, [0, 0])
        label[0] += 1
        label[1] += boxes


def add_up(summaries: Sequence[Mapping[str, Any]]) -> Summary:
    """Return what all blocks come to together."""
    total: Summary = summarise([])
    for summary in summaries:
        for key, value in summary.items():
            if key == "codes":
                for code, (severity, count) in value.items():
                    total["codes"].setdefault(code, [severity, 0])[1] += count
            elif key == "labels":
                for name, (pictures, boxes) in value.items():
                    label = total["labels"].setdefault(name, [0, 0])
                    label[0] += pictures
                    label[1] += boxes
            else:
                total[key] += value
    return total
