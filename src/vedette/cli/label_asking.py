"""`vedette import --ask`: what each label shall be called, asked at the terminal and kept as a map."""

import csv
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from vedette.cli.exchanging import LocalImport, SourceReading
from vedette.cli.mask_importing import MaskFolder
from vedette.errors import Taken, Wrong
from vedette.exchange.label_map import names_by_case
from vedette.exchange.pieces import NoteList
from vedette.manifest.lines import Line
from vedette.manifest.relabel import names_of

# More than anybody answers; a file is quicker then.
MOST = 200
DROPPED = "-"


@contextmanager
def with_answers(source: Path, options: LocalImport, *, is_lenient: bool) -> Iterator[LocalImport]:
    """Ask for every label of a source, and yield the options with the map that the answers are.

    With `--map` they are kept there for the next time, where nothing may be yet. A source that would be
    refused is refused before anybody is asked.
    """
    answers_file = options.label_map
    if answers_file is not None and answers_file.exists():
        sentence = f"{answers_file} is there already; without --ask its names are used."
        raise Taken(sentence, kind="file", name=str(answers_file))
    with TemporaryDirectory() as scratch:
        place = answers_file or Path(scratch) / "names.json"
        lines = _lines_of(source, replace(options, label_map=None), is_lenient=is_lenient)
        has_changes = ask_names(lines, place)
        yield replace(options, label_map=place if has_changes else None)


def _lines_of(source: Path, options: LocalImport, *, is_lenient: bool) -> Iterator[Line]:
    folder = options.images or (source if source.is_dir() else source.parent)
    notes = NoteList(are_shapes_drawn=bool(options.masks_from)) if is_lenient else None
    pictures = None if options.form == "parquet" else folder
    return SourceReading(source, options, pictures, notes, MaskFolder()).lines()


def ask_names(lines: Iterable[Line], place: Path) -> bool:
    """Ask what each label shall be called, and write the map; return whether any is called otherwise."""
    counts = Counter(name for line in lines for name in names_of(line))
    if len(counts) > MOST:
        raise Wrong(f"There are {len(counts):,} labels, too many to ask about: write a file for --map.")
    for sentence in names_by_case(counts):
        print(sentence, file=sys.stderr)
    if counts:
        print(f'Return keeps a name, "{DROPPED}" drops the label.', file=sys.stderr)
    names: dict[str, str | None] = {}
    for name in sorted(counts):
        pictures = "1 picture" if counts[name] == 1 else f"{counts[name]:,} pictures"
        answer = str(click.prompt(f"{name} ({pictures})", default=name, err=True)).strip()
        if answer != name:
            names[name] = None if answer == DROPPED else answer
    if names:
        _write_map(names, place)
    return bool(names)


def _write_map(names: dict[str, str | None], place: Path) -> None:
    if place.suffix.casefold() == ".json":
        place.write_text(json.dumps(names, ensure_ascii=False, indent=1) + "\n", "utf-8")
        return
    with place.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows((old, new or "") for old, new in names.items())
