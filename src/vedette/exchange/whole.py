"""What an export writes is there whole or not at all.

    a file                 written beside its place, and moved there in one step
    a new folder           written beside its place, and renamed
    into what is there     written into it under a name of its own, then moved file by file under a mark

A process that is killed leaves the first name or the mark, and readers refuse both (`unfinished.py`). A
single file is flushed before it is moved. A folder's are not: a machine that loses its power may lose some.
Two processes that write to one place at once would mix their files: the second is refused.
"""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from filecmp import cmp
from pathlib import Path
from stat import S_ISDIR

from vedette.errors import Busy, Wrong
from vedette.exchange.unfinished import UNFINISHED, WRITING, marked
from vedette.file_access import sync_file


@contextmanager
def writing_file(out: Path) -> Iterator[Path]:
    """Yield the path to write a file to that has nothing beside it: no reader takes one of that ending."""
    part = out.with_name(f".{out.name}.part")
    try:
        yield part
        sync_file(part)
        _move(part, out)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def writing_whole(out: Path, *, is_folder: bool, is_over: bool = True) -> Iterator[Path]:
    """Yield the path to write to in place of `out`; what is beside it there goes beside `out`.

    What was at `out` stays as it is until all is written. Other files of the same names are written over,
    unless `is_over` says no: then they refuse it.
    """
    out = out.resolve()
    if out.exists() and not (out.is_file() or out.is_dir()):  # a pipe, a terminal
        yield out
        return
    if out.is_dir() != is_folder and out.exists():
        raise Wrong(f"{out} is a {'file' if is_folder else 'folder'}.", kind="file", name=str(out))
    home = out if is_folder and out.exists() else out.parent
    home.mkdir(parents=True, exist_ok=True)
    with _stage(home / marked(WRITING, out.name), out) as stage:
        try:
            # A folder that is there takes what lies in the stage; else the stage is beside or becomes it.
            yield stage if is_folder else stage / out.name
            if is_folder and home != out:
                stage.rename(out)
            else:
                _settle(stage, home, home / marked(UNFINISHED, out.name), is_over=is_over)
        except Wrong as fault:
            sentence = fault.sentence.replace(str(stage), str(out if is_folder else home))
            raise Wrong(sentence, kind=fault.kind, name=fault.name) from None


@contextmanager
def _stage(stage: Path, out: Path) -> Iterator[Path]:
    """Yield an empty folder that no other process writes to: what a killed one left there goes."""
    with _held(stage, out):
        for path in stage.iterdir():
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        number = stage.stat().st_ino
        try:
            yield stage
        finally:
            # One that was renamed is no stage any more, and another process may have made its own.
            if stage.exists() and stage.stat().st_ino == number:
                shutil.rmtree(stage, ignore_errors=True)


@contextmanager
def _held(stage: Path, out: Path) -> Iterator[None]:
    """Make a folder and hold it, or refuse; the system takes back what a dead process held."""
    try:
        stage.mkdir()
    except FileExistsError:
        _refuse_others(stage)
    try:
        import fcntl
    except ImportError:  # Windows
        yield
        return
    handle = os.open(stage, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            is_other = not stage.exists() or os.fstat(handle).st_ino != stage.lstat().st_ino
        except BlockingIOError:
            is_other = True
        except OSError:  # a file system that holds no folders
            is_other = False
        if is_other:
            raise Busy(f"Another export is being written to {out}; wait for its end.", kind="file")
        yield
    finally:
        os.close(handle)


def _refuse_others(stage: Path) -> None:
    """Refuse what is no folder that a process of this user left: what lies in it would go.

    In a folder of everybody's it may be a link that somebody else has put there.
    """
    try:
        state = stage.lstat()
    except FileNotFoundError:  # whoever wrote there has come to an end
        stage.mkdir(exist_ok=True)
        return
    if not S_ISDIR(state.st_mode) or (os.name == "posix" and state.st_uid != os.geteuid()):
        sentence = f"{stage} is in the way: it is no folder of yours. Remove it."
        raise Wrong(sentence, kind="file", name=str(stage))


def _settle(stage: Path, home: Path, mark: Path, *, is_over: bool) -> None:
    """Move what was written into its folder."""
    files = sorted(path for path in stage.rglob("*") if not path.is_dir())
    targets = [home / path.relative_to(stage) for path in files]
    for path, target in zip(files, targets, strict=True):
        above = next(part for part in target.parents if part.exists())
        if target.is_dir() or not above.is_dir():
            other = target if target.is_dir() else above
            raise Wrong(f"{other} is there already, and is in the way of {target}.", kind="file")
        # What an export that was killed has moved by then is written over by the next one.
        if not (is_over or mark.exists()) and target.exists() and not cmp(path, target, shallow=False):
            raise Wrong(f"{target} is there and holds something else; nothing was written.", kind="file")
    if len(files) == 1 and not mark.exists():
        sync_file(files[0])
        targets[0].parent.mkdir(parents=True, exist_ok=True)
        _move(files[0], targets[0])
        return
    mark.touch()
    for path, target in zip(files, targets, strict=True):
        target.parent.mkdir(parents=True, exist_ok=True)
        _move(path, target)
    mark.unlink()


def _move(path: Path, target: Path) -> None:
    """Move a file to its place in one step; who may read what was there may read it, and nobody else."""
    _keep_mode(target, path)
    try:
        path.replace(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
    else:
        return
    # Its folder is a link to another disk.
    part = target.with_name(marked(WRITING, target.name))
    try:
        shutil.copyfile(path, part)
        _keep_mode(target, part)
        sync_file(part)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _keep_mode(target: Path, path: Path) -> None:
    """Give a file the permissions of the one that it takes the place of; not every disk has any to give."""
    if target.exists() and target.stat().st_mode != path.stat().st_mode:
        shutil.copymode(target, path)
