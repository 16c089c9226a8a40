"""Forwards the trail's lines to targets as they are signed: a file, a syslog server.

How far each target is lies in `audit-targets/<name>.json`, written after the target has the lines: a server
that is killed between gives it the last ones again, and none is left out. Requests never wait: each target
has a thread, which reads the chain from the disk. Of several servers one forwards to a target at a time.
"""

import fcntl
import logging
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from itertools import islice
from pathlib import Path
from typing import Any, Self

import orjson

from vedette.audit.event import AuditEvent
from vedette.audit.lines import BEGIN, chains_of, write_whole
from vedette.audit.tail import ChainReplaced, ChainTail, last_signed
from vedette.audit.targets import AuditTarget, TargetLine
from vedette.audit.trails import signed_up_to
from vedette.clock import Clock, milliseconds, system_clock
from vedette.errors import Refusal

log = logging.getLogger("vedette.audit")

FOLDER = "audit-targets"
LOOK_S, LONGEST_REST_S = 1.0, 60.0
MOST_AT_ONCE = 200

Form = Callable[[AuditEvent], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class TargetState:
    """How far a target is: of each chain the last line that it has, by number and hash."""

    positions: dict[str, int] = field(default_factory=dict)
    hashes: dict[str, str] = field(default_factory=dict)
    # Lines that were removed, or could not be read, before the target had them.
    missed: int = 0
    sent_ms: int = 0
    problem: str = ""
    problem_ms: int = 0

    @classmethod
    def load(cls, document: Mapping[str, Any]) -> Self:
        """Return the state in a file; what a later release added is passed over."""
        names = {f.name for f in fields(cls)}
        return cls(**{name: value for name, value in document.items() if name in names})


def state_of(data: Path, name: str) -> TargetState | None:
    """Return how far a target is; None where it was never forwarded to."""
    try:
        return TargetState.load(orjson.loads((data / FOLDER / f"{name}.json").read_bytes()))
    except FileNotFoundError:
        return None


def waiting_for(data: Path, name: str) -> int:
    """Return how many signed lines a target does not have yet."""
    state = state_of(data, name)
    if state is None:
        return 0
    ends = {chain.name: signed_up_to(chain) or 0 for chain in chains_of(data)}
    return sum(max(0, end - state.positions.get(chain, 0)) for chain, end in ends.items())


class TargetRelay:
    """One server's thread for one target."""

    def __init__(
        self, data: Path, name: str, target: AuditTarget, form: Form, clock: Clock = system_clock
    ) -> None:
        self._data, self._name, self._target, self._form, self._clock = data, name, target, form, clock
        self._tails: dict[str, ChainTail] = {}
        self._stop = threading.Event()
        self._rest_s = LOOK_S
        (data / FOLDER).mkdir(exist_ok=True)
        # What happens from now on is forwarded, also where the target is away at first.
        self._state = state_of(data, name) or self._beginning()
        self._thread = threading.Thread(target=self._run, name=f"audit-{name}", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """End after what is being put; what is signed by now goes out first, where the target is well."""
        self._stop.set()
        self._thread.join(timeout=15)

    def forward(self) -> bool:
        """Give the target what it does not have, unless another server does; return whether it is well."""
        with (self._data / FOLDER / f".{self._name}.lock").open("ab") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                return True
            # Another server may have forwarded meanwhile.
            self._state = state_of(self._data, self._name) or self._state
            try:
                for chain in chains_of(self._data):
                    self._forward_chain(chain)
            except (OSError, Refusal) as error:
                self._tails.clear()
                self._note_problem(error)
                return False
        if self._state.problem:
            self._keep(replace(self._state, problem="", problem_ms=0))
            log.warning("the audit trail is forwarded to %s again", self._name)
        return True

    def _forward_chain(self, chain: Path) -> None:
        until = signed_up_to(chain)
        position = self._state.positions.get(chain.name, 0)
        if until is None or (until == position and chain.name in self._tails):
            return
        try:
            self._forward_lines(chain, position, until)
        except ChainReplaced:
            log.warning("%s is another one than was forwarded to %s: from its beginning", chain, self._name)
            self._tails.clear()
            self._move(chain.name, 0, "", 0)

    def _forward_lines(self, chain: Path, position: int, until: int) -> None:
        tail = self._tails.setdefault(chain.name, ChainTail(chain))
        lines = tail.after(position, self._state.hashes.get(chain.name, ""), until)
        while batch := list(islice(lines, MOST_AT_ONCE)):
            target_lines = [
                self._line(chain.name, n, hash_, event) for n, hash_, event in batch if event is not None
            ]
            self._target.put(target_lines)
            last, hash_, _ = batch[-1]
            self._move(chain.name, last, hash_, max(0, last - position - len(target_lines)))
            position = last
            if self._stop.is_set():
                self._tails.clear()
                return
        # What was removed as too old meanwhile.
        removed = last_signed(chain / BEGIN, 0)
        if removed > position:
            self._move(chain.name, removed, "", removed - position)

    def _move(self, chain: str, position: int, hash_: str, missed: int) -> None:
        state = self._state
        positions, hashes = state.positions | {chain: position}, state.hashes | {chain: hash_}
        after_batch = replace(state, positions=positions, hashes=hashes, missed=state.missed + missed)
        self._keep(replace(after_batch, sent_ms=milliseconds(self._clock())))

    def _line(self, chain: str, n: int, hash_: str, event: AuditEvent) -> TargetLine:
        record = dict(self._form(event)) | {"trail": {"chain": chain, "line": n, "hash": hash_}}
        brief = record | {"requestParameters": None, "responseElements": None, "resources": []}
        name, moment = str(record.get("eventName") or event.operation), str(record.get("eventTime") or "-")
        texts = (orjson.dumps(document, default=str) for document in (record, brief))
        return TargetLine(moment, name, event.status >= 400, *texts)

    def _beginning(self) -> TargetState:
        state = TargetState({chain.name: signed_up_to(chain) or 0 for chain in chains_of(self._data)})
        self._keep(state)
        return state

    def _keep(self, state: TargetState) -> None:
        write_whole(self._data / FOLDER / f"{self._name}.json", orjson.dumps(asdict(state)))
        self._state = state

    def _note_problem(self, error: OSError | Refusal) -> None:
        sentence = _sentence_of(error)
        if self._state.problem != sentence:
            log.warning("the audit trail is not forwarded to %s: %s", self._name, sentence)
            self._keep(replace(self._state, problem=sentence, problem_ms=milliseconds(self._clock())))

    def _run(self) -> None:
        while not self._stop.wait(self._rest_s):
            self._rest_s = LOOK_S if self._try_to_forward() else min(2 * self._rest_s, LONGEST_REST_S)
        if self._rest_s == LOOK_S:
            self._try_to_forward()
        self._target.close()

    def _try_to_forward(self) -> bool:
        try:
            return self.forward()
        except Exception:
            log.exception("the audit trail could not be forwarded to %s; it is tried again", self._name)
            self._tails.clear()
            return False


def _sentence_of(error: OSError | Refusal) -> str:
    if isinstance(error, Refusal):
        return error.sentence
    if isinstance(error, socket.gaierror):
        return f"its name cannot be resolved: {error}"
    return str(error) or type(error).__name__
