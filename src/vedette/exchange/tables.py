"""CSV: a picture a row and its labels in the columns after it (rekognition.md 3.7, 12.6; lookout.md 14.6).

No header. Names and whole addresses are not mixed in one file.
"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from vedette.errors import Wrong
from vedette.exchange.items import Item
from vedette.vision.annotations import ANOMALY, NORMAL


@dataclass(frozen=True, slots=True)
class Row:
    """One row that is not blank, with its number in the file."""

    number: int
    name: str
    labels: tuple[str, ...]


def read_csv(path: Path, *, anomalies: bool = False) -> Iterator[Item]:
    """Yield the pictures. With `anomalies` column 2 is `normal` or `anomaly`, in any case of letters."""
    rows = list(read_rows(path))
    _refuse(path, rows, anomalies=anomalies)
    for row in rows:
        if anomalies:
            yield Item(row.name, is_anomalous=row.labels[0].casefold() == ANOMALY)
        else:
            yield Item(row.name, tuple(dict.fromkeys(row.labels)))


def read_rows(path: Path) -> Iterator[Row]:
    """Yield the rows that are not blank."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            for number, cells in enumerate(csv.reader(stream), start=1):
                told = [cell.strip() for cell in cells]
                if any(told):
                    yield Row(number, told[0], tuple(cell for cell in told[1:] if cell))
    except (csv.Error, UnicodeDecodeError) as fault:
        raise Wrong(f"{path} is no CSV in UTF-8: {fault}.", kind="file", name=str(path)) from None


def write_csv(items: Iterable[Item], path: Path) -> int:
    """Write a row a picture: its labels, or its class; return how many."""
    count = 0
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        for item in items:
            labels = item.labels
            if item.is_anomalous is not None:
                labels = (ANOMALY if item.is_anomalous else NORMAL,)
            writer.writerow([item.name, *labels])
            count += 1
    return count


def split_twins(rows: Iterable[Row]) -> tuple[list[Row], list[Row]]:
    """Return the first row of every picture, and the others."""
    seen: set[str] = set()
    first: list[Row] = []
    others: list[Row] = []
    for row in rows:
        (others if row.name in seen else first).append(row)
        seen.add(row.name)
    return first, others


def _refuse(path: Path, rows: list[Row], *, anomalies: bool) -> None:
    def wrong(row: Row, what: str) -> Wrong:
        return Wrong(f"{path}, row {row.number}: {what}", kind="file", name=str(path))

    _, twins = split_twins(rows)
    if twins:
        raise wrong(twins[0], f"{twins[0].name} is there twice ({len(twins)} such rows); keep one of each.")
    whole = [row for row in rows if "://" in row.name]
    if whole and len(whole) < len(rows):
        raise wrong(whole[0], "whole addresses and plain names are mixed; use one of them.")
    for row in rows:
        if not row.name:
            raise wrong(row, "the first column names no picture.")
        if anomalies and (len(row.labels) != 1 or row.labels[0].casefold() not in (NORMAL, ANOMALY)):
            raise wrong(row, f"column 2 must be {NORMAL} or {ANOMALY}, not {' '.join(row.labels)!r}.")
