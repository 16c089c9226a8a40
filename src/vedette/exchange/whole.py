"""What an export writes is there whole or not at all.

    a file                 written beside its place, and moved there in one step
    a new folder           written beside its place, and renamed
    into what is there     written into it under a name of its own, then moved file by file under a mark

A process that is killed leaves the first name or the mark, and readers refuse both (`unfinished.py`). A
single file is flushed before it is moved. A folder's are not: a machine that loses its power may lose some.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vedette.errors import Wrong
from vedette.exchange.unfinished import UNFINISHED, WRITING
from vedette.file_access import sync_file


@contextmanager
def writing_file(out: Path) -> Iterator[Path]:
    """Yield the path to write a file to that has nothing beside it: no reader takes one of that ending."""
    part = out.with_name(f".{out.name}.part")
    try:
        yield part
        sync_file(part)
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def writing_whole(out: Path, *, is_folder: bool) -> Iterator[Path]:
    """Yield the path to write to in place of `out`; what is beside it there goes beside `out`.

    What was at `out` stays as it is until all is written.
    """
    out = out.resolve()
    if out.exists() and not (out.is_file() or out.is_dir()):  # a pipe, a terminal
        yield out
        return
    if out.is_dir() != is_folder and out.exists():
        raise Wrong(f"{out} is a {'file' if is_folder else 'folder'}.", kind="file", name=str(out))
    home = out if is_folder and out.exists() else out.parent
    home.mkdir(parents=True, exist_ok=True)
    stage = home / f"{WRITING}{out.name}"
    shutil.rmtree(stage, ignore_errors=True)
    stage.mkdir()
    try:
        # A folder that is there takes what lies in the stage; else the stage is beside or becomes it.
        yield stage if is_folder else stage / out.name
        if is_folder and home != out:
            stage.rename(out)
        else:
            _settle(stage, home, home / f"{UNFINISHED}{out.name}")
    except Wrong as fault:
        sentence = fault.sentence.replace(str(stage), str(out if is_folder else home))
        raise Wrong(sentence, kind=fault.kind, name=fault.name) from None
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _settle(stage: Path, home: Path, mark: Path) -> None:
    """Move what was written into its folder."""
    files = sorted(path for path in stage.rglob("*") if not path.is_dir())
    targets = [home / path.relative_to(stage) for path in files]
    for target in targets:
        above = next(part for part in target.parents if part.exists())
        if target.is_dir() or not above.is_dir():
            other = target if target.is_dir() else above
            raise Wrong(f"{other} is there already, and is in the way of {target}.", kind="file")
    if len(files) == 1 and not mark.exists():
        sync_file(files[0])
        targets[0].parent.mkdir(parents=True, exist_ok=True)
        files[0].replace(targets[0])
        return
    mark.touch()
    for path, target in zip(files, targets, strict=True):
        target.parent.mkdir(parents=True, exist_ok=True)
        path.replace(target)
    mark.unlink()
