"""The same picture in two datasets: a model that learnt it is not tested by it."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import Connection, select

from vedette.datasets.view import ENTRIES
from vedette.manifest.lines import read_line
from vedette.pictures.looks import read_named
from vedette.pictures.tables import entry_looks, looks
from vedette.vision.hashes import distance, is_telling, near_pairs


@dataclass(frozen=True, slots=True)
class Twins:
    """A picture of the first dataset and one of the second that are the same.

    Exact ones decode to the same pixels, and others look the same: `apart` says in how many of 255 bits
    their hashes differ.
    """

    ours: str
    theirs: str
    is_exact: bool
    apart: int


@dataclass(frozen=True, slots=True)
class _Hashed:
    seq: int
    exact: str
    alike: str


def find_twins(connection: Connection, ours: int, theirs: int, *, most: int) -> list[Twins]:
    """Return twins of two parts, the exact ones first."""
    our, their = _read(connection, ours), _read(connection, theirs)
    pairs = list(islice(_pairs(our, their), most))
    our_refs = _refs(connection, ours, [one.seq for one, _ in pairs])
    their_refs = _refs(connection, theirs, [other.seq for _, other in pairs])
    return [
        Twins(
            our_refs[one.seq],
            their_refs[other.seq],
            one.exact == other.exact,
            distance(one.alike, other.alike),
        )
        for one, other in pairs
    ]


def _pairs(ours: Sequence[_Hashed], theirs: Sequence[_Hashed]) -> Iterator[tuple[_Hashed, _Hashed]]:
    exact: dict[str, list[_Hashed]] = defaultdict(list)
    for each in theirs:
        exact[each.exact].append(each)
    for each in ours:
        for other in exact.get(each.exact, ()):
            yield each, other
    our_looks, their_looks = _by_look(ours), _by_look(theirs)
    our_names, their_names = list(our_looks), list(their_looks)
    for our_place, their_place in near_pairs(our_names, their_names):
        for mine in our_looks[our_names[our_place]]:
            for its in their_looks[their_names[their_place]]:
                if mine.exact != its.exact:
                    yield mine, its


def _by_look(hashed: Sequence[_Hashed]) -> dict[str, list[_Hashed]]:
    found: dict[str, list[_Hashed]] = defaultdict(list)
    for each in hashed:
        if is_telling(each.alike):
            found[each.alike].append(each)
    return found


def _read(connection: Connection, part: int) -> list[_Hashed]:
    here = (ENTRIES.c.part == entry_looks.c.part) & (ENTRIES.c.seq == entry_looks.c.seq)
    query = (
        select(entry_looks.c.seq, looks.c.exact, looks.c.alike)
        .join(looks, looks.c.id == entry_looks.c.look)
        .join(ENTRIES, here)
        .where(entry_looks.c.part == part, looks.c.exact != "")
        .order_by(entry_looks.c.seq)
    )
    return [_Hashed(*row) for row in connection.execute(query)]


def _refs(connection: Connection, part: int, seqs: Sequence[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for start in range(0, len(seqs), 500):
        for subject in read_named(connection, part, seqs[start : start + 500]):
            found[subject.seq] = read_line(subject.text).source
    return found
