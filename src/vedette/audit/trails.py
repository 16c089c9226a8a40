"""Trails: where an account's events are delivered to, as its owner says, and how far that has come.

    trails/<account>/<name>.json         what the owner said: bucket, prefix, whether events are delivered
    trails/<account>/<name>.state.json   how far delivering has come; `audit/delivery.py` alone writes it

A name is one of CloudTrail's, which no path can be made of.
"""

import fcntl
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Self

import orjson

from vedette.audit.lines import HEAD, SignedNote, chains_of, write_whole
from vedette.errors import Missing, Taken, TooFast, TooMuch, Wrong

FOLDER = "trails"
# As CloudTrail has them: 3 to 128 letters, digits and single . _ - between; never an address.
NAME = re.compile(r"[A-Za-z0-9](?:[._-]?[A-Za-z0-9]){2,127}")
ADDRESS = re.compile(r"\d{1,3}(\.\d{1,3}){3}")
MOST_TRAILS = 5
# Selections of a day are kept, since what happened under them may not be delivered yet.
SELECTIONS_MS, MOST_SELECTIONS = 86_400_000, 100
BELIEVED_S = 1.0
STATE = ".state"


@dataclass(frozen=True, slots=True)
class Trail:
    """What the owner of a trail said. `beginnings` are the chains' signed lines when it was started."""

    account: str
    region: str
    name: str
    bucket: str
    prefix: str = ""
    every_region: bool = False
    validates: bool = True
    is_on: bool = False
    started_ms: int = 0
    stopped_ms: int = 0
    beginnings: dict[str, int] = field(default_factory=dict)
    # Which events, as a dialect says it, each from a moment on; before the first one, all.
    selections: list[dict[str, Any]] = field(default_factory=list)
    # Whether it wants what only reads, of the management of things and of contents.
    wants_reads: bool = False
    wants_data_reads: bool = False

    @property
    def selection(self) -> dict[str, Any]:
        """The selection of now; nothing where all is delivered."""
        return dict(self.selections[-1]["selection"]) if self.selections else {}


@dataclass(frozen=True, slots=True)
class DeliveredFile:
    """A file of events in a bucket, by its place, the hash of its text, and the times within it."""

    bucket: str
    key: str
    hash: str
    oldest_ms: int
    newest_ms: int


@dataclass(frozen=True, slots=True)
class SignedDigest:
    """The last digest that was delivered, which the next one names."""

    bucket: str
    key: str
    hash: str
    signature: str
    end_s: int


@dataclass(frozen=True, slots=True)
class DeliveryBatch:
    """What is about to be put: written down before, so that a second try puts the same once more."""

    bucket: str
    prefix: str
    stamp_s: int
    # Of each chain the lines after the first number, up to the second.
    ranges: dict[str, tuple[int, int]]
    selections: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class TrailState:
    """How far a trail has been delivered."""

    started_ms: int = 0
    # Whether something may still have to be delivered: until the last digest after a stop.
    is_open: bool = False
    positions: dict[str, int] = field(default_factory=dict)
    batch: DeliveryBatch | None = None
    # Files that no digest names yet, from when on, and the digest that is about to be put.
    files: tuple[DeliveredFile, ...] = ()
    began_s: int = 0
    digest_end_s: int = 0
    digest: SignedDigest | None = None
    delivered_ms: int = 0
    digested_ms: int = 0
    # Lines that were removed after VEDETTE_AUDIT_DAYS, or could not be read, before they were delivered.
    missed: int = 0
    problem: str = ""
    problem_ms: int = 0

    @classmethod
    def load(cls, document: dict[str, Any]) -> Self:
        """Return the state in a file; what a later release added is passed over."""
        names = {f.name for f in fields(cls)}
        facts = {name: value for name, value in document.items() if name in names}
        if batch := facts.get("batch"):
            ranges = {chain: (first, last) for chain, (first, last) in batch["ranges"].items()}
            facts["batch"] = DeliveryBatch(
                batch["bucket"], batch["prefix"], batch["stamp_s"], ranges, batch.get("selections", [])
            )
        if digest := facts.get("digest"):
            facts["digest"] = SignedDigest(**digest)
        facts["files"] = tuple(DeliveredFile(**file) for file in facts.get("files", ()))
        return cls(**facts)


class Trails:
    """The trails of an installation, in files that several servers may share."""

    def __init__(self, data: Path) -> None:
        self._data, self._folder = data, data / FOLDER
        self._turn = threading.Lock()
        self._readers: set[tuple[str, bool]] = set()
        self._readers_at = 0.0

    def make(self, trail: Trail) -> Trail:
        """Keep a new trail."""
        check_name(trail.name)
        with self._changing():
            if self._file(trail.account, trail.name).exists():
                raise Taken(f"There is a trail {trail.name} already.", kind="trail exists", name=trail.name)
            if len(self.of_account(trail.account)) >= MOST_TRAILS:
                raise TooMuch(f"An account has {MOST_TRAILS} trails at most.", kind="trails")
            self._write(trail)
        return trail

    def find(self, account: str, name: str) -> Trail:
        """Return a trail by its name."""
        trail = self._read(account, name) if NAME.fullmatch(name) else None
        if trail is None:
            raise Missing(f"There is no trail {name[:200]}.", kind="no trail", name=name)
        return trail

    def of_account(self, account: str) -> list[Trail]:
        """Return an account's trails by name."""
        folder = self._folder / account
        names = [file.name.removesuffix(".json") for file in folder.glob("*.json")] if folder.is_dir() else []
        trails = [self._read(account, name) for name in sorted(names) if not name.endswith(STATE)]
        return [trail for trail in trails if trail is not None]

    def every(self) -> list[Trail]:
        """Return all trails."""
        accounts = sorted(self._folder.iterdir()) if self._folder.is_dir() else []
        return [
            trail for place in accounts if place.name.isdecimal() for trail in self.of_account(place.name)
        ]

    def change(self, account: str, name: str, **changes: Any) -> Trail:
        """Change what was said of a trail, and return it."""
        with self._changing():
            trail = replace(self.find(account, name), **changes)
            self._write(trail)
        return trail

    def select(
        self, account: str, name: str, selection: dict[str, Any], reads: tuple[bool, bool], now_ms: int
    ) -> Trail:
        """Have a trail deliver a selection of what happens from now on; the rest goes by the old one.

        Otherwise who narrows a selection would hide what they did in the minutes before.
        """
        with self._changing():
            trail = self.find(account, name)
            recent = [row for row in trail.selections if row["from_ms"] > now_ms - SELECTIONS_MS]
            # The one that was in force when the oldest of these began.
            before = trail.selections[: len(trail.selections) - len(recent)][-1:]
            if len(recent) >= MOST_SELECTIONS:
                raise TooFast("The event selectors of this trail were changed too often today.")
            selections = [*before, *recent, {"from_ms": now_ms, "selection": selection}]
            trail = replace(trail, selections=selections, wants_reads=reads[0], wants_data_reads=reads[1])
            self._write(trail)
        return trail

    def records_reads(self, account: str, *, of_data: bool) -> bool:
        """Say whether a trail of the account wants what only reads; believed for a second."""
        now = time.monotonic()
        if not self._readers_at or now - self._readers_at > BELIEVED_S:
            self._readers = {
                (trail.account, is_data)
                for trail in self.every()
                if trail.is_on
                for is_data, wants in ((False, trail.wants_reads), (True, trail.wants_data_reads))
                if wants
            }
            self._readers_at = now
        return (account, of_data) in self._readers

    def start(self, account: str, name: str, now_ms: int) -> Trail:
        """Have a trail's events delivered from now on."""
        trail = self.find(account, name)
        if trail.is_on:
            return trail
        state = self.state(trail)
        if trail.started_ms and (state.is_open or state.started_ms != trail.started_ms):
            # What was before the stop is still to be delivered: the two go on as one.
            return self.change(account, name, is_on=True)
        notes = [(chain.name, _head_of(chain)) for chain in chains_of(self._data)]
        beginnings = {chain: note.n if note else 0 for chain, note in notes}
        return self.change(account, name, is_on=True, started_ms=now_ms, beginnings=beginnings)

    def remove(self, account: str, name: str) -> None:
        """Forget a trail; what it delivered stays."""
        with self._changing():
            self.find(account, name)
            self._file(account, name).unlink()
            self._file(account, name, STATE).unlink(missing_ok=True)

    def state(self, trail: Trail) -> TrailState:
        """Return how far a trail has been delivered."""
        try:
            return TrailState.load(orjson.loads(self._file(trail.account, trail.name, STATE).read_bytes()))
        except FileNotFoundError:
            return TrailState()

    def keep(self, trail: Trail, state: TrailState) -> None:
        """Write down how far delivering has come, unless the trail was removed meanwhile."""
        with self._changing():
            if self._file(trail.account, trail.name).exists():
                write_whole(self._file(trail.account, trail.name, STATE), orjson.dumps(asdict(state)))

    def _file(self, account: str, name: str, kind: str = "") -> Path:
        return self._folder / account / f"{name}{kind}.json"

    def _read(self, account: str, name: str) -> Trail | None:
        try:
            document = orjson.loads(self._file(account, name).read_bytes())
        except FileNotFoundError:
            return None
        names = {f.name for f in fields(Trail)}
        return Trail(**{key: value for key, value in document.items() if key in names})

    def _write(self, trail: Trail) -> None:
        self._file(trail.account, trail.name).parent.mkdir(parents=True, exist_ok=True)
        write_whole(self._file(trail.account, trail.name), orjson.dumps(asdict(trail)))
        self._readers_at = 0.0

    @contextmanager
    def _changing(self) -> Iterator[None]:
        self._folder.mkdir(exist_ok=True)
        with self._turn, (self._folder / ".lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def check_name(name: str) -> None:
    """Refuse what CloudTrail takes for no name."""
    if not NAME.fullmatch(name) or ADDRESS.fullmatch(name):
        raise Wrong(
            "A trail's name has 3 to 128 letters, digits, and single periods, underscores or dashes between "
            "them, and is no IP address.",
            kind="trail name",
        )


def signed_up_to(chain: Path) -> int | None:
    """Return the last line of a chain that is signed; None where its head cannot be read."""
    note = _head_of(chain)
    return note.n if note else None


def _head_of(chain: Path) -> SignedNote | None:
    with suppress(ValueError):
        return SignedNote.read(chain / HEAD)
    return None
