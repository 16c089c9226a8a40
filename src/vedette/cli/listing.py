"""`--output table|json|csv`: one way for all commands that list or show something to print it for a program.

    @app.define("list")
    @prints_records
    def list_aliases(...) -> None:
        print_list(ALIAS_COLUMNS, aliases, _row)

The decorator gives the command its option; what the command prints goes through `print_list` or
`print_facts`, which know what was typed. The text for people stays the command's own and may change with
any release; names of columns do not (docs/reference/output.md). No command is known here.
"""

import csv
import functools
import inspect
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, TypeVar, cast

from vedette.cli.signatures import Option

T = TypeVar("T")
Command = TypeVar("Command", bound=Callable[..., Any])

Columns = Mapping[str, str | Callable[[Any], object]]
"""A column's name, and how its value is had of an item: a member's or an attribute's name, or a function."""


class OutputForm(StrEnum):
    """How a command prints what it lists."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


Output = Annotated[
    OutputForm, Option("--output", help="table is text for people; json and csv are for programs.")
]

_form: ContextVar[OutputForm] = ContextVar("output_form", default=OutputForm.TABLE)


def prints_records(command: Command) -> Command:
    """Give a command `--output`; it prints by the functions below."""

    @functools.wraps(command)
    def wrapper(*args: Any, output: OutputForm = OutputForm.TABLE, **values: Any) -> Any:
        token = _form.set(output)
        try:
            return command(*args, **values)
        finally:
            _form.reset(token)

    signature = inspect.signature(command)
    option = inspect.Parameter(
        "output", inspect.Parameter.KEYWORD_ONLY, default=OutputForm.TABLE, annotation=Output
    )
    # What `inspect.signature`, and so the command line, reads instead of the wrapper's own.
    vars(wrapper)["__signature__"] = signature.replace(parameters=[*signature.parameters.values(), option])
    return cast("Command", wrapper)


def is_for_people() -> bool:
    """Say whether the present command prints text for people; notes beside a list are for them alone."""
    return _form.get() is OutputForm.TABLE


def print_list(
    columns: Columns, items: Iterable[T], row: Callable[[T], Sequence[str]], *, head: Sequence[str] = ()
) -> None:
    """Print items: as aligned rows, as a list of JSON objects, or as CSV with a line of names."""
    if is_for_people():
        from vedette.cli.directory import table

        print(table([*([tuple(head)] if head else []), *(tuple(row(item)) for item in items)]))
    else:
        print_records(columns, items)


def print_records(columns: Columns, items: Iterable[T]) -> None:
    """Print items for a program, where the text for people has been dealt with."""
    records = [_record(columns, item) for item in items]
    if _form.get() is OutputForm.JSON:
        print(json.dumps(records, indent=1, ensure_ascii=False))
    else:
        _write_csv(list(columns), records)


@contextmanager
def opened_records(columns: Columns) -> Iterator[Callable[[Any], None]]:
    """Yield what prints one item of a list for a program, for work that shall not wait for its last item.

    What is printed is `print_records`'s, and whole also where the work ends early.
    """
    if _form.get() is OutputForm.CSV:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(columns)
        yield lambda item: writer.writerow([_cell(value) for value in _record(columns, item).values()])
        return
    count = 0

    def write(item: Any) -> None:
        nonlocal count
        count += 1
        # Lines by hand: `textwrap.indent` would also part a value at separators that JSON leaves as they are.
        text = json.dumps(_record(columns, item), indent=1, ensure_ascii=False).replace("\n", "\n ")
        sys.stdout.write(f"{',' if count > 1 else '['}\n {text}")

    try:
        yield write
    finally:
        print("\n]" if count else "[]")


def print_facts(facts: Mapping[str, object], text: Callable[[], object]) -> None:
    """Print one thing: as the text that `text` prints, as one JSON object, or as CSV of one row."""
    if is_for_people():
        text()
        return
    record = {name: _plain(value) for name, value in facts.items()}
    if _form.get() is OutputForm.JSON:
        print(json.dumps(record, indent=1, ensure_ascii=False))
    else:
        _write_csv(list(record), [record])


def take(facts: Mapping[str, Any], columns: Columns) -> dict[str, object]:
    """Return what the columns take of one thing, for `print_facts`."""
    return {name: _value(facts, way) for name, way in columns.items()}


def choose_json() -> None:
    """Print as JSON from here on: for commands that had a `--json` before they had `--output`."""
    _form.set(OutputForm.JSON)


def _record(columns: Columns, item: Any) -> dict[str, object]:
    return {name: _plain(_value(item, way)) for name, way in columns.items()}


def _value(item: Any, way: str | Callable[[Any], object]) -> object:
    if callable(way):
        return way(item)
    return item.get(way) if isinstance(item, Mapping) else getattr(item, way)


def _plain(value: object) -> object:
    """Return a value as JSON has it; moments are UTC, to the second, as ISO 8601 writes them."""
    if isinstance(value, datetime):
        moment = value.astimezone(UTC) if value.tzinfo else value
        return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


def _write_csv(names: Sequence[str], records: Iterable[Mapping[str, object]]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([_cell(record[name]) for name in names] for record in records)


def _cell(value: object) -> object:
    """Return a value as one cell: nothing is empty, what has parts is JSON."""
    if value is None:
        return ""
    if isinstance(value, bool | list | dict):
        return json.dumps(value, ensure_ascii=False)
    return value
