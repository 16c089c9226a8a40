"""What tells that an export is not whole: no reader takes it, in the folder that it reads or above that."""

from pathlib import Path

from vedette.errors import Wrong

WRITING, UNFINISHED = ".vedette-writing-", ".vedette-unfinished-"
# Of a folder in a bucket, whose names are keys.
UNFINISHED_KEY = ".vedette-unfinished"


def refuse_unfinished(source: Path) -> None:
    """Refuse a source that an export was cut off in, or is being written to."""
    place = source.resolve()
    for part in (place, *place.parents):
        marks = (part / f"{UNFINISHED}{part.name}", part.parent / f"{UNFINISHED}{part.name}")
        refuse_mark(source, part if is_mark(part.name) else next(filter(Path.exists, marks), None))
    if source.is_dir():
        for pattern in (f"{WRITING}*", f"{UNFINISHED}*"):
            refuse_mark(source, next(source.rglob(pattern), None))


def refuse_mark(source: Path | str, mark: Path | str | None) -> None:
    """Refuse a source for the mark in it, where there is one."""
    if mark is not None:
        raise Wrong(
            f"{source} holds an export that was cut off, or is still being written: there is {mark}. "
            "Write it again, or remove that if the rest is all that you want.",
            kind="file",
            name=str(source),
        )


def is_mark(name: str) -> bool:
    """Say whether a file or a folder of this name tells that something is not whole."""
    return name == UNFINISHED_KEY or name.startswith((WRITING, UNFINISHED))
