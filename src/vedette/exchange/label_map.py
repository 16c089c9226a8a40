"""Labels called otherwise on their way in or out, by a file that a person wrote: renamed, merged, dropped.

    .csv    a row a label: old,new; without a new name the label is dropped
    .json   {"old": "new", "other": null}; null drops

Names are taken letter by letter: what differs only in case is another label. A label that the file does not
name stays. All of it happens at once, so that two labels can change places.
"""

import csv
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from vedette.errors import Wrong
from vedette.manifest.lines import Line
from vedette.manifest.relabel import names_of, remove_labels, rename_labels

# A name a line, and ten thousand of them are a few hundred kilobytes.
MOST_BYTES = 16 * 1024**2
MOST_SHOWN = 10


@dataclass(slots=True)
class LabelMap:
    """New names by old ones, what is dropped, and how many pictures each concerned."""

    path: Path
    new_names: Mapping[str, str]
    dropped: frozenset[str]
    counts: Counter[str] = field(default_factory=Counter)
    emptied: int = 0

    def apply(self, lines: Iterable[Line]) -> Iterator[Line]:
        """Yield the lines with their labels called otherwise."""
        for line in lines:
            names = names_of(line)
            dropped = names & self.dropped
            concerned = dropped | (names & self.new_names.keys())
            self.counts.update(concerned)
            mapped = rename_labels(remove_labels(line, dropped), self.new_names) if concerned else line
            self.emptied += bool(dropped) and not names_of(mapped)
            yield mapped

    def effects(self) -> list[str]:
        """Return a sentence for each name of the file, after all lines went through."""
        renamed = [name for name in self.new_names if self.counts[name]]
        dropped = [name for name in sorted(self.dropped) if self.counts[name]]
        sentences = [
            f"{old} becomes {self.new_names[old]} in {_pictures(self.counts[old])}." for old in renamed
        ]
        sentences += [f"{name} is dropped from {_pictures(self.counts[name])}." for name in dropped]
        if self.emptied:
            sentences.append(
                f"{_pictures(self.emptied)} {'has' if self.emptied == 1 else 'have'} no label left."
            )
        unused = [name for name in (*self.new_names, *sorted(self.dropped)) if not self.counts[name]]
        if unused:
            sentences.append(f"{self.path} names labels that no picture has: {listed(unused)}.")
        return sentences


def read_label_map(path: Path) -> LabelMap:
    """Return the map that a file holds.

    Raises:
        Wrong: where a label is named twice, or the file is of another kind.
    """
    if not path.is_file():
        raise Wrong(f"There is no {path}.", kind="file", name=str(path))
    if path.stat().st_size > MOST_BYTES:
        _refuse(path, f"has more than {MOST_BYTES:,} bytes")
    pairs = _pairs_of_json(path) if path.suffix.casefold() == ".json" else _pairs_of_rows(path)
    names: dict[str, str | None] = {}
    for old, new in pairs:
        if old in names:
            _refuse(path, f"names {old} twice")
        names[old] = new
    if not names:
        _refuse(path, "names no label")
    renamed = {old: new for old, new in names.items() if new is not None and new != old}
    return LabelMap(path, renamed, frozenset(old for old, new in names.items() if new is None))


def names_by_case(names: Iterable[str]) -> list[str]:
    """Return a sentence where labels differ only in case, which are two labels and seldom meant so."""
    by_case: defaultdict[str, set[str]] = defaultdict(set)
    for name in names:
        by_case[name.casefold()].add(name)
    twins = [" and ".join(sorted(group)) for group in by_case.values() if len(group) > 1]
    return [f"Labels differ only in case, and stay apart unless a map joins them: {listed(twins)}."] * bool(
        twins
    )


def listed(names: list[str]) -> str:
    """Return the first names, and how many more there are."""
    more = f" and {len(names) - MOST_SHOWN} more" if len(names) > MOST_SHOWN else ""
    return ", ".join(names[:MOST_SHOWN]) + more


def _pairs_of_json(path: Path) -> list[tuple[str, str | None]]:
    try:
        # As pairs, since a key that stands twice would be lost in an object.
        pairs: Any = json.loads(path.read_bytes(), object_pairs_hook=list)
    except (ValueError, RecursionError) as fault:
        _refuse(path, f"is no JSON: {fault}")
    if not isinstance(pairs, list) or not all(isinstance(pair, tuple) for pair in pairs):
        _refuse(path, "is no JSON object of old and new names")
    for old, new in pairs:
        if not old.strip() or not (new is None or (isinstance(new, str) and new.strip())):
            _refuse(path, f"has no new name for {old!r}; null drops a label")
    return [(old.strip(), new and new.strip()) for old, new in pairs]


def _pairs_of_rows(path: Path) -> list[tuple[str, str | None]]:
    pairs: list[tuple[str, str | None]] = []
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            for number, cells in enumerate(csv.reader(stream), start=1):
                texts = [cell.strip() for cell in cells]
                if not any(texts):
                    continue
                if len(texts) > 2 or not texts[0]:
                    _refuse(path, f"has a row that is not an old and a new name: row {number}")
                pairs.append((texts[0], (texts[1] or None) if len(texts) == 2 else None))
    except (csv.Error, UnicodeDecodeError) as fault:
        _refuse(path, f"is no CSV in UTF-8: {fault}")
    return pairs


def _pictures(count: int) -> str:
    return "1 picture" if count == 1 else f"{count} pictures"


def _refuse(path: Path, problem: str) -> NoReturn:
    raise Wrong(f"{path} {problem}.", kind="file", name=str(path))
