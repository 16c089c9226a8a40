"""Entries of a part chosen to stand for all of it: at most so many labelled and so many unlabelled ones.

Which ones is decided by a hash of their places, so that a change of the dataset changes the choice by little
and what was worked out for one entry serves the next choice too.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from vedette.datasets.columns import Flags, PartColumns
from vedette.datasets.picture_facts import STATES
from vedette.datasets.tables import entries

_FEW = 500
_SOUND = STATES.index("sound")
Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class SampledEntry:
    """An entry of a sample. `exact` is the hash of its picture's content."""

    seq: int
    id: str
    line: str
    is_labelled: bool
    exact: bytes
    picture_caller: int | None
    line_caller: int | None


@dataclass(frozen=True, slots=True)
class EntrySample:
    """A sample, and of how many entries whose pictures are sound; `revision` names what it was taken of."""

    part: int
    revision: str
    entries: Sequence[SampledEntry]
    labelled: int
    unlabelled: int
    # Pictures that were not looked at yet.
    pending: int


@dataclass(frozen=True, slots=True)
class PictureMatch:
    """Entries whose pictures have known contents: their places, and which content each has."""

    places: Numbers
    rows: Numbers
    labelled: Flags


def match_contents(columns: PartColumns, contents: Sequence[bytes]) -> PictureMatch:
    """Return the sound entries with these contents, those that nobody could label for sure aside."""
    exact = columns.hashes["exact"][: columns.end]
    # Eight bytes of a hash tell contents apart, and are compared as one number.
    heads = np.ascontiguousarray(exact[:, :8]).view(np.uint64).ravel()
    numbers = np.frombuffer(b"".join(content[:8] for content in contents), np.uint64)
    order = np.argsort(numbers)
    at = np.searchsorted(numbers[order], heads).clip(0, max(0, len(numbers) - 1))
    flags = columns.flags(columns.bits["present"]) & ~columns.flags(columns.bits["unsure"])
    flags &= columns.facts["state"][: columns.end] == _SOUND
    if len(numbers):
        flags &= numbers[order][at] == heads
    places = np.flatnonzero(flags) if len(numbers) else np.zeros(0, np.int64)
    rows = order[at[places]] if len(numbers) else places
    return PictureMatch(places, rows, columns.flags(columns.bits["labelled"])[places])


def revision_of_part(columns: PartColumns) -> str:
    """Return what changes with every change of a part's entries or pictures."""
    return f"{columns.part}.{columns.changes}.{columns.picture_changes}"


def take_sample(connection: Connection, columns: PartColumns, most: int) -> EntrySample:
    """Return at most so many labelled and so many unlabelled entries with sound pictures."""
    present = columns.flags(columns.bits["present"])
    state = columns.facts["state"][: columns.end]
    sound = present & (state == _SOUND) & columns.hashes["exact"][: columns.end].any(axis=1)
    labelled = columns.flags(columns.bits["labelled"])
    # Who could not tell has answered: such a picture neither teaches nor is to be labelled next.
    kinds = (sound & labelled, sound & ~labelled & ~columns.flags(columns.bits["unsure"]))
    places = np.sort(np.concatenate([_chosen(flags, most) for flags in kinds]))
    return EntrySample(
        columns.part,
        revision_of_part(columns),
        list(_read(connection, columns, labelled, places)),
        labelled=int(kinds[0].sum()),
        unlabelled=int(kinds[1].sum()),
        pending=int((present & (state == 0)).sum()),
    )


def take_unlabelled(connection: Connection, columns: PartColumns, most: int) -> list[SampledEntry]:
    """Return the first entries with sound pictures and without a label, in the dataset's order."""
    sound = columns.facts["state"][: columns.end] == _SOUND
    labelled = columns.flags(columns.bits["labelled"])
    # What a person could not tell, a model is not to settle unasked.
    unsure = columns.flags(columns.bits["unsure"])
    flags = columns.flags(columns.bits["present"]) & sound & ~labelled & ~unsure
    return list(_read(connection, columns, labelled, np.flatnonzero(flags)[:most]))


def _chosen(flags: Flags, most: int) -> Numbers:
    places = np.flatnonzero(flags)
    if len(places) <= most:
        return places
    return places[np.argpartition(_scattered(places), most)[:most]]


def _scattered(places: Numbers) -> NDArray[np.uint64]:
    """Return numbers that look random and are the same for the same places (the end of splitmix64)."""
    mixed = places.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def _read(
    connection: Connection, columns: PartColumns, labelled: Flags, places: Numbers
) -> Iterator[SampledEntry]:
    query = select(
        entries.c.seq, entries.c.ref_hash, entries.c.line, entries.c.picture_caller, entries.c.line_caller
    )
    for start in range(0, len(places), _FEW):
        few = places[start : start + _FEW].tolist()
        rows = query.where(entries.c.part == columns.part, entries.c.seq.in_(few)).order_by(entries.c.seq)
        for row in connection.execute(rows):
            yield SampledEntry(
                seq=row.seq,
                id=bytes(row.ref_hash).hex(),
                line=row.line,
                is_labelled=bool(labelled[row.seq]),
                exact=columns.hashes["exact"][row.seq].tobytes(),
                picture_caller=row.picture_caller,
                line_caller=row.line_caller,
            )
