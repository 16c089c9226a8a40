"""Blocks of a manifest, read in this thread when it is small and in another process when it is not.

A quarter of a million lines are twenty seconds of Python; in our own process every other request
would feel them (decisions/0091).
"""

import contextlib
from collections.abc import Callable, Generator
from dataclasses import asdict
from pathlib import Path

from vedette.datasets.staging import EntryRow, ManifestRules, Staging, read_block
from vedette.dialects.intake import ManifestRefused
from vedette.engines.port import LAST, Engine, Job
from vedette.errors import NoSpace
from vedette.jobs.kind import JobInterrupted

# What a thread reads in about a tenth of a second; a process is not started sooner than that.
SMALL = 1 << 20


class Spoilt(Exception):
    """A manifest or an update that cannot be taken, and why, in a sentence for its sender."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class ManifestReading:
    """One manifest in a file. `bucket` is known when the blocks are through."""

    def __init__(
        self,
        file: Path,
        rules: ManifestRules,
        *,
        engine: Engine,
        is_stopping: Callable[[], bool],
        small: int = SMALL,
    ) -> None:
        self._file = file
        self._rules = rules
        self._engine = engine
        self._is_stopping = is_stopping
        self._small = small
        self.bucket = rules.bucket

    def blocks(self) -> Generator[list[EntryRow], None, None]:
        """Yield the entries, 1,024 at a time; raise Spoilt where the whole of it fails."""
        is_small = self._file.stat().st_size <= self._small
        # Closed at once where somebody leaves off: a process may be behind it.
        with contextlib.closing(self._here() if is_small else self._elsewhere()) as blocks:
            for rows in blocks:
                if self._is_stopping():
                    raise JobInterrupted
                yield rows

    def _here(self) -> Generator[list[EntryRow], None, None]:
        with self._file.open("rb") as stream:
            staging = Staging(stream, self._rules)
            try:
                yield from staging.blocks()
            except ManifestRefused as refusal:
                raise Spoilt(refusal.message) from None
            self.bucket = staging.bucket

    def _elsewhere(self) -> Generator[list[EntryRow], None, None]:
        out = self._file.with_suffix(".blocks")
        out.touch(mode=0o600)
        order = {"manifest": str(self._file), "blocks": str(out), **asdict(self._rules)}
        run = self._engine.submit(Job("read-manifest", order))
        events = self._engine.events(run)
        try:
            with out.open("rb") as stream:
                for event in events:
                    if event.kind == "progress":
                        yield read_block(stream)
                    elif event.kind in LAST:
                        self._end(event.kind, dict(event.facts))
        finally:
            self._engine.cancel(run)
            for _ in events:
                pass
            out.unlink(missing_ok=True)

    def _end(self, kind: str, facts: dict[str, str]) -> None:
        if kind != "done" and facts.get("refusal") == NoSpace.__name__:
            raise NoSpace(facts["sentence"])
        if kind != "done":
            raise RuntimeError(facts.get("traceback") or facts.get("sentence") or kind)
        if facts["refused"]:
            raise Spoilt(facts["refused"])
        self.bucket = facts["bucket"]
