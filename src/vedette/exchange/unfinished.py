"""What tells that an export is not whole: no reader takes it, in the folder that it reads or above that."""

from pathlib import Path

from vedette.errors import Wrong

WRITING, UNFINISHED = ".vedette-writing-", ".vedette-unfinished-"
# Of a folder in a bucket, whose names are keys; what copies such a folder brings it here.
UNFINISHED_KEY = ".vedette-unfinished"
# Of a name's bytes, so that there is room for what is put before it.
MOST_BYTES = 200


def marked(beginning: str, name: str) -> str:
    """Return the name of what stands for a place that is not whole."""
    return beginning + name.encode(errors="surrogateescape")[:MOST_BYTES].decode(errors="ignore")


def refuse_unfinished(source: Path) -> None:
    """Refuse a source that an export was cut off in, or is being written to."""
    place = source.resolve()
    for part in (place, *place.parents):
        mark = marked(UNFINISHED, part.name)
        marks = (part / mark, part.parent / mark, part / UNFINISHED_KEY)
        refuse_mark(source, part if is_mark(part.name) else next(filter(Path.exists, marks), None))
    if source.is_dir():
        for pattern in (f"{WRITING}*", f"{UNFINISHED_KEY}*"):
            refuse_mark(source, next(filter(_is_marked, source.rglob(pattern)), None))


def _is_marked(path: Path) -> bool:
    return is_mark(path.name)


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
