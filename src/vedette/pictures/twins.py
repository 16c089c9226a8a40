"""The same picture in two datasets: a model that learnt it is not tested by it."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import Connection, select

from vedette.datasets.view import ENTRIES
from vedette.manifest.lines import read_line
from vedette.pictures.inspections import read_named
from vedette.pictures.tables import entry_looks, looks
from vedette.vision.hashes import distance, is_telling, near_pairs


@dataclass(frozen=True, slots=True)
class TwinPictures:
    """A picture of the first dataset and one of the second that are the same.

    Exact ones decode to the same pixels, and others look the same: `apart` says in how many of 255 bits
    their hashes differ.
    """

    first: str
    second: str
    is_exact: bool
    apart: int


@dataclass(frozen=True, slots=True)
class _Hashed:
    seq: int
    exact: str
    alike: str


def find_twins(connection: Connection, first_part: int, second_part: int, *, most: int) -> list[TwinPictures]:
    """Return twins of two parts, the exact ones first."""
    first, second = _read(connection, first_part), _read(connection, second_part)
    pairs = list(islice(_pairs(first, second), most))
    first_refs = _refs(connection, first_part, [picture.seq for picture, _ in pairs])
    second_refs = _refs(connection, second_part, [twin.seq for _, twin in pairs])
    return [
        TwinPictures(
            first_refs[picture.seq],
            second_refs[twin.seq],
            picture.exact == twin.exact,
            distance(picture.alike, twin.alike),
        )
        for picture, twin in pairs
    ]


def _pairs(first: Sequence[_Hashed], second: Sequence[_Hashed]) -> Iterator[tuple[_Hashed, _Hashed]]:
    exact: dict[str, list[_Hashed]] = defaultdict(list)
    for picture in second:
        exact[picture.exact].append(picture)
    for picture in first:
        for twin in exact.get(picture.exact, ()):
            yield picture, twin
    first_hashes, second_hashes = _by_look(first), _by_look(second)
    first_names, second_names = list(first_hashes), list(second_hashes)
    for first_place, second_place in near_pairs(first_names, second_names):
        for picture in first_hashes[first_names[first_place]]:
            for twin in second_hashes[second_names[second_place]]:
                if picture.exact != twin.exact:
                    yield picture, twin


def _by_look(hashed: Sequence[_Hashed]) -> dict[str, list[_Hashed]]:
    by_hash: dict[str, list[_Hashed]] = defaultdict(list)
    for picture in hashed:
        if is_telling(picture.alike):
            by_hash[picture.alike].append(picture)
    return by_hash


def _read(connection: Connection, part: int) -> list[_Hashed]:
    same_entry = (ENTRIES.c.part == entry_looks.c.part) & (ENTRIES.c.seq == entry_looks.c.seq)
    query = (
        select(entry_looks.c.seq, looks.c.exact, looks.c.alike)
        .join(looks, looks.c.id == entry_looks.c.look)
        .join(ENTRIES, same_entry)
        .where(entry_looks.c.part == part, looks.c.exact != "")
        .order_by(entry_looks.c.seq)
    )
    return [_Hashed(*row) for row in connection.execute(query)]


def _refs(connection: Connection, part: int, seqs: Sequence[int]) -> dict[int, str]:
    refs: dict[int, str] = {}
    for start in range(0, len(seqs), 500):
        for subject in read_named(connection, part, seqs[start : start + 500]):
            refs[subject.seq] = read_line(subject.text).source
    return refs
