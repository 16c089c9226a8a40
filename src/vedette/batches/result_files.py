"""The results of a part as the bytes of an object: each picture's address beside the service's response."""

import base64
from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from vedette.batches.values import ResultForm

ENDINGS: Mapping[ResultForm, str] = {"jsonl": ".jsonl"}
TYPES: Mapping[ResultForm, str] = {"jsonl": "application/x-jsonlines"}


def part_name(number: int, form: ResultForm) -> str:
    """Return what a part's object is called; its number alone says which it is."""
    return f"results-{number:05}{ENDINGS[form]}"


def as_lines(rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Return rows as JSON lines; bytes, as masks are, in base64."""
    return b"".join(orjson.dumps(row, default=_plain) + b"\n" for row in rows)


def _plain(value: Any) -> str:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    raise TypeError
