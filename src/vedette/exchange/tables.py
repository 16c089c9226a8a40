"""CSV: a picture a row and its labels in the columns after it, as the scripts of both guides read it.

No header. Names and whole addresses are not mixed in one file.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from vedette.errors import Wrong
from vedette.exchange.items import Item
from vedette.exchange.whole import writing_file
from vedette.file_access import create_text, open_text
from vedette.vision.annotations import ANOMALY, NORMAL

# The name of the job that the guide's script of Lookout gives every line.
ANOMALY_JOB = "labeling-job/anomaly-classification"


@dataclass(frozen=True, slots=True)
class TableRow:
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


def read_rows(path: Path) -> Iterator[TableRow]:
    """Yield the rows that are not blank."""
    try:
        with open_text(path, "utf-8-sig", "") as stream:
            for number, cells in enumerate(csv.reader(stream), start=1):
                texts = [cell.strip() for cell in cells]
                if any("\0" in text for text in texts):
                    problem = f"row {number} has a character that no text has"
                    raise Wrong(f"{path} is no CSV: {problem}.", kind="file", name=str(path))
                if any(texts):
                    yield TableRow(number, texts[0], tuple(cell for cell in texts[1:] if cell))
    except (csv.Error, UnicodeDecodeError) as fault:
        raise Wrong(f"{path} is no CSV in UTF-8: {fault}.", kind="file", name=str(path)) from None


def write_csv(items: Iterable[Item], path: Path) -> int:
    """Write a row a picture: its labels, or its class; return how many."""
    count = 0
    with create_text(path, "") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        for item in items:
            labels = item.labels
            if item.is_anomalous is not None:
                labels = (ANOMALY if item.is_anomalous else NORMAL,)
            writer.writerow([item.name, *labels])
            count += 1
    return count


def job_of(label: str) -> str:
    """Return the name of the job that the guide's script of Custom Labels gives a label."""
    return f"labeling-job/{label}"


def sort_out(path: Path, *, anomalies: bool = False) -> None:
    """Refuse a file with rows that cannot be imported, and write the good and the bad rows beside it.

    The names of those files are those of the services' own scripts. One that is there already and says
    something else is somebody's work, and not written over.
    """
    rows = [row for row in read_rows(path) if row.name]
    first, twins = split_twins(rows)
    wrong = [row for row in first if anomalies and class_of(row) is None]
    if not twins and not wrong:
        return
    good = [row for row in first if row not in wrong]
    if anomalies:
        rest = path.with_name(f"{path.stem}_errors{path.suffix}")
        sound = path.with_name(f"{path.stem}_deduplicated{path.suffix}")
        codes = {row.number: "INVALID_CLASSIFICATION" for row in wrong}
        codes |= {row.number: "DUPLICATE" for row in twins}
        bad = [row for row in rows if row.number in codes]
        _put(rest, [[str(row.number), row.name, " ".join(row.labels), codes[row.number]] for row in bad])
        _put(sound, [[row.name, str(class_of(row))] for row in good])
    else:
        rest = path.with_name(f"{path.stem}-duplicates{path.suffix}")
        sound = path.with_name(f"{path.stem}-deduplicated{path.suffix}")
        _put(rest, [[row.name, *row.labels] for row in twins])
        _put(sound, [[row.name, *row.labels] for row in good])
    count = len(twins) + len(wrong)
    rows_are = "1 row repeats" if count == 1 else f"{count} rows repeat"
    reason = (
        "an earlier picture" if not wrong else f"an earlier picture, or are neither {NORMAL} nor {ANOMALY}"
    )
    raise Wrong(
        f"{path}: {rows_are} {reason}; they are in {rest.name}. The others are in {sound.name}: check both, "
        f"and import {sound}.",
        kind="file",
        name=str(path),
    )


def class_of(row: TableRow) -> str | None:
    """Return the class of a row of Lookout's, in small letters; None where it is none."""
    name = row.labels[0].casefold() if len(row.labels) == 1 else ""
    return name if name in (NORMAL, ANOMALY) else None


def _put(path: Path, rows: list[list[str]]) -> None:
    """Write rows to a file, unless it exists with other ones."""
    content = io.StringIO(newline="")
    csv.writer(content, lineterminator="\n").writerows(rows)
    if path.exists() and path.read_text("utf-8") != content.getvalue():
        raise Wrong(
            f"{path} is there already and says something else; move it away.", kind="file", name=str(path)
        )
    with writing_file(path) as part:
        part.write_text(content.getvalue(), "utf-8", newline="")


def split_twins(rows: Iterable[TableRow]) -> tuple[list[TableRow], list[TableRow]]:
    """Return the first row of every picture, and the others."""
    names: set[str] = set()
    first: list[TableRow] = []
    others: list[TableRow] = []
    for row in rows:
        (others if row.name in names else first).append(row)
        names.add(row.name)
    return first, others


def _refuse(path: Path, rows: list[TableRow], *, anomalies: bool) -> None:
    def wrong(row: TableRow, problem: str) -> Wrong:
        return Wrong(f"{path}, row {row.number}: {problem}", kind="file", name=str(path))

    _, twins = split_twins(rows)
    if twins:
        raise wrong(twins[0], f"{twins[0].name} is there twice ({len(twins)} such rows); keep one of each.")
    whole = [row for row in rows if "://" in row.name]
    if whole and len(whole) < len(rows):
        raise wrong(whole[0], "whole addresses and plain names are mixed; use one of them.")
    for row in rows:
        if not row.name:
            raise wrong(row, "the first column names no picture.")
        if anomalies and class_of(row) is None:
            raise wrong(row, f"column 2 must be {NORMAL} or {ANOMALY}, not {' '.join(row.labels)!r}.")
