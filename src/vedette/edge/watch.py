"""Pictures that a camera drops into a folder: each looked at once, answered in JSON, moved if wanted.

    IN/belt/7.png  →  OUT/belt/7.png.json
    with moving    →  OUT/anomaly/belt/7.png and OUT/anomaly/belt/7.png.json

A file is read when its size and time have stayed the same between two looks; one that is still damaged then
may be half of a slow copy, and is tried again for a while. Nothing is ever overwritten but an answer to the
same file, and no picture leaves IN before its answer is on the disk: a full disk only makes it wait. What was
answered is known by the answers themselves, so that a restart asks nothing twice. A file with which something
is wrong (nobody may read it, its name is too long for an answer's) is said and passed over; the others go on.
"""

import contextlib
import errno
import json
import logging
import os
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vedette.clock import Clock, system_clock
from vedette.edge.device_models import DeviceModels
from vedette.edge.life import ModelState, ProcessFailed
from vedette.edge.looking import ask_file
from vedette.edge.process import CallerGone
from vedette.edge.watch_files import FileMark, free_place, is_answer, mark_of, move, write_answer
from vedette.errors import Busy, Missing, NoSpace, TooFast, Wrong
from vedette.vision.files import SUFFIXES

log = logging.getLogger("vedette.edge.watch")

LOOK_EVERY_S = 0.5
# A copy over a slow line pauses for seconds; after so long a damaged file is taken for one.
DAMAGED_AFTER_S = 10.0
# Where something outside is in the way (a full disk, a stopped model), the next try is made after so long.
RETRY_S = 2.0
# Above the largest picture of a camera by far; a film that someone dropped is not read into memory.
MOST_BYTES = 256 << 20
# A picture over which the model's process ended so often is given up, and the others are looked at.
MOST_FAILURES = 3
UNREADABLE, NOTHING = "unreadable", "nothing"
# What is wrong with the place of one answer; anything else that a disk says is of all of them.
OF_ONE_PLACE = frozenset({errno.ENAMETOOLONG, errno.EISDIR, errno.ENOTDIR, errno.EEXIST, errno.EINVAL})


class PassedOver(Exception):
    """One file cannot be looked at, or its answer not written; the message is for people."""


@dataclass(frozen=True, slots=True)
class WatchOptions:
    """What is watched: the folders, the model, and whether pictures are moved by their verdict."""

    source: Path
    out: Path
    model: str
    moves: bool = False


class FolderWatch:
    """Looks at what is dropped into one folder; one thread."""

    def __init__(self, options: WatchOptions, models: DeviceModels, clock: Clock = system_clock) -> None:
        for folder, name in ((options.source, "--watch"), (options.out, "--out")):
            if not folder.is_dir():
                raise Missing(f"There is no folder {folder} ({name}).", kind="folder", name=str(folder))
        self._options = options
        self._models = models
        self._clock = clock
        self._out, self._source = options.out.resolve(), options.source.resolve()
        if options.moves and self._out == self._source:
            raise Wrong("--watch and --out are one folder: pictures would be moved again and again.")
        self._answered: dict[Path, FileMark] = {}
        self._waiting: dict[Path, tuple[FileMark, float]] = {}
        self._failures: Counter[Path] = Counter()
        self._passed_over: dict[Path, str] = {}
        self._is_over = threading.Event()
        self._problem = ""

    def run(self) -> None:
        """Look again and again until `close`."""
        while not self._is_over.is_set():
            try:
                self.look()
                pause_s, self._problem = LOOK_EVERY_S, ""
            except (OSError, NoSpace, Busy, TooFast, Missing, ProcessFailed) as error:
                self._warn(error)
                pause_s = RETRY_S
            except Exception:
                log.exception("the watch of %s goes on after", self._options.source)
                pause_s = RETRY_S
            self._is_over.wait(pause_s)

    def close(self) -> None:
        """Have `run` end after the present picture."""
        self._is_over.set()

    def look(self) -> int:
        """Look once at every file that is whole; return how many were answered."""
        self._begin_model()
        count = 0
        present: set[Path] = set()
        for path, mark in self._files():
            present.add(path)
            if self._is_over.is_set():
                return count
            if self._is_settled(path, mark):
                count += self._try(path, mark)
        for memory in (self._answered, self._waiting, self._failures, self._passed_over):
            for path in set(memory) - present:
                del memory[path]
        return count

    def _try(self, path: Path, mark: FileMark) -> int:
        """Handle one picture; what is wrong with it alone is said once, and holds nothing up."""
        try:
            return self._handle(path, mark)
        except PassedOver as problem:
            sentence = f"{path} is passed over: {problem}"
        except OSError as error:
            if error.errno not in OF_ONE_PLACE:
                raise
            sentence = f"{path} is passed over: its answer cannot be written, {error.strerror}."
            self._answered[path] = mark  # it was looked at; again after a restart
        if self._passed_over.get(path) != sentence:
            log.warning("%s", sentence)
        self._passed_over[path] = sentence
        return 0

    def _warn(self, error: Exception) -> None:
        problem = getattr(error, "sentence", None) or str(error)
        if problem != self._problem:  # once, not every two seconds
            log.warning("the watch of %s waits: %s", self._options.source, problem)
        self._problem = problem

    def _begin_model(self) -> None:
        """Start the model the first time it is needed; one that somebody stopped later is waited for."""
        name = self._options.model
        if self._models.describe(name).state is ModelState.STOPPED and not self._models.is_known(name):
            self._models.start(name)
        report = self._models.describe(name)
        if report.state is not ModelState.RUNNING:
            raise Busy(f"The model {name} is {report.state.value}. {report.message}".strip())

    def _files(self) -> Iterator[tuple[Path, FileMark]]:
        """Yield the pictures in the folder and below, by name; what hides, and links, are passed over."""
        for parent, folders, names in os.walk(self._options.source):
            folders[:] = sorted(
                folder
                for folder in folders
                if not folder.startswith(".") and (Path(parent) / folder).resolve() != self._out
            )
            for name in sorted(names):
                path = Path(parent) / name
                if name.startswith(".") or path.suffix.lower() not in SUFFIXES or path.is_symlink():
                    continue
                mark = mark_of(path)
                if mark is not None:
                    yield path, mark

    def _is_settled(self, path: Path, mark: FileMark) -> bool:
        """Say whether a file is whole, as far as its size and time tell, and not answered yet."""
        if self._known_mark(path) == mark:
            return False
        before = self._waiting.get(path)
        if before is None or before[0] != mark:
            self._waiting[path] = (mark, time.monotonic())
            return False
        return True

    def _known_mark(self, path: Path) -> FileMark | None:
        if path not in self._answered and not self._options.moves:
            with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
                about = json.loads(self._answer_place(path, "").read_bytes())["file"]
                self._answered[path] = FileMark(about["size"], about["mtime_ns"])
        return self._answered.get(path)

    def _handle(self, path: Path, mark: FileMark) -> int:
        """Look at one picture and write its answer; nothing where it has to wait."""
        if not self._options.moves and not is_answer(place := self._answer_place(path, "")):
            raise PassedOver(f"{place} was there before, and is no answer.")
        try:
            fields = self._fields(path, mark)
        except (FileNotFoundError, CallerGone):
            return 0  # somebody took it away meanwhile, or the agent ends
        if fields is None:
            return 0
        place = self._place_for(path, mark, fields)
        if mark_of(path) != mark:
            return 0  # another picture took its name meanwhile
        write_answer(
            place, {"image": str(path), **fields, "file": {"size": mark.size, "mtime_ns": mark.mtime_ns}}
        )
        if self._options.moves:
            move(path, place.with_suffix(""), mark)
        else:
            self._answered[path] = mark
        self._waiting.pop(path, None)
        self._failures.pop(path, None)
        return 1

    def _fields(self, path: Path, mark: FileMark) -> Mapping[str, Any] | None:
        """Return what the model says of a file, or what is wrong with it; None where it may be half a one."""
        about = {"model": self._options.model, "time": self._clock().isoformat(timespec="milliseconds")}
        if mark.size > MOST_BYTES:
            return {**about, "error": f"The file has {mark.size:,} bytes; {MOST_BYTES:,} are read at most."}
        served = self._models.served(self._options.model)
        content = _content(path)
        try:
            fields = ask_file(served, content, {}, is_awaited=lambda: not self._is_over.is_set())
        except (NoSpace, ProcessFailed) as error:
            self._failures[path] += 1
            if self._failures[path] < MOST_FAILURES:
                raise
            return {**about, "error": getattr(error, "sentence", str(error))}
        except Wrong as refusal:
            since = self._waiting[path][1]
            if time.monotonic() - since < DAMAGED_AFTER_S:
                return None
            return {**about, "error": refusal.sentence}
        return {**about, **answer_fields(fields)}

    def _place_for(self, path: Path, mark: FileMark, fields: Mapping[str, Any]) -> Path:
        """Return where the answer to a picture goes, and the picture beside it where they are moved."""
        if not self._options.moves:
            return self._answer_place(path, "")
        verdict = verdict_of(fields)
        if self._source.is_relative_to(self._out / verdict):
            self._answered[path] = mark
            raise PassedOver(f"it would be moved to {self._out / verdict}, where pictures come in.")
        return free_place(self._answer_place(path, verdict))

    def _answer_place(self, path: Path, verdict: str) -> Path:
        relative = path.relative_to(self._options.source)
        return self._options.out / verdict / relative.with_name(f"{relative.name}.json")


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise
    except OSError as error:
        if error.errno in (errno.EMFILE, errno.ENFILE, errno.ENOMEM):
            raise
        raise PassedOver(f"it cannot be read, {error.strerror}.") from error


def answer_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return an answer as it is written: a verdict, or labels."""
    if "is_anomalous" in fields:
        types = [{"name": name, "area": area, "color": color} for name, area, color in fields["types"]]
        return {
            "is_anomalous": fields["is_anomalous"],
            "confidence": fields["confidence"],
            "score": fields["score"],
            "threshold": fields["threshold"],
            "anomalies": types,
        }
    edges = ("left", "top", "width", "height")
    return {
        "labels": [
            {
                "name": finding["label"],
                "confidence": finding["confidence"],
                **({"box": dict(zip(edges, finding["box"], strict=True))} if finding["box"] else {}),
            }
            for finding in fields["findings"]
        ]
    }


def verdict_of(fields: Mapping[str, Any]) -> str:
    """Return the folder that a picture belongs into by its answer."""
    if "error" in fields:
        return UNREADABLE
    if "is_anomalous" in fields:
        return "anomaly" if fields["is_anomalous"] else "normal"
    best = fields["labels"][0]["name"] if fields["labels"] else NOTHING
    return re.sub(r"[^\w-]+", "_", best).strip("_") or NOTHING


@contextlib.contextmanager
def watching(watch: FolderWatch) -> Iterator[None]:
    """Watch while the block runs."""
    thread = threading.Thread(target=watch.run, name="watch", daemon=True)
    thread.start()
    try:
        yield
    finally:
        watch.close()
        thread.join()
