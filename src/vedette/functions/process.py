"""The process of a function: begun, spoken with, watched, killed with all that is below it."""

import contextlib
import logging
import os
import selectors
import shutil
import ssl
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import orjson

from vedette.dialects.aws_lambda import (
    EXITED,
    NO_JSON,
    OUT_OF_DISK,
    OUT_OF_MEMORY,
    TIMED_OUT,
    TOO_LARGE,
    TOO_MANY_PROCESSES,
    authority_variables,
    failure_sentence,
    models_variables,
    runtime_variables,
    stream_variables,
)
from vedette.functions.bundle import unpack_bundle
from vedette.functions.confine import (
    DISK_MB,
    MOST_PROCESSES,
    Confinement,
    UserNumbers,
    limits_of,
    order_for,
)
from vedette.functions.prints import MOST_LOG, LogBuffer
from vedette.functions.usage import folder_size, usage_below
from vedette.functions.values import FunctionProgram

log = logging.getLogger(__name__)

# How much an answer may have, AWS Lambda's limit.
MOST_ANSWER = 6 << 20
# How long the process may take to take its order.
ORDER_S = 30.0
# How long whoever closes it waits for what it left running.
LONGEST_END_S = 30.0
WATCH_S, DISK_WATCH_S = 0.05, 0.5
RUNNER = Path(__file__).parent / "runner.py"
LENGTH = struct.Struct(">I")
FOLDERS = "vedette-function-"
USERS = UserNumbers()


class BrokenEnvironment(Exception):
    """The process is over: what went wrong, as AWS Lambda names it, and its sentence."""

    def __init__(self, kind: str, sentence: str) -> None:
        super().__init__(sentence)
        self.kind = kind
        self.sentence = sentence


class FunctionProcess:
    """A process with a function's code, that has not imported it yet. One thread at a time."""

    def __init__(
        self,
        program: FunctionProgram,
        confinement: Confinement,
        *,
        place: Path | None = None,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self.program = program
        self.log = LogBuffer()
        # The most that was seen of its memory.
        self.peak_mb = 0
        self._ticks = ticks
        self._confinement = confinement
        self._place = place
        self._cleanup = contextlib.ExitStack()
        try:
            self._start()
        except BaseException:
            self.close()
            raise

    @property
    def is_over(self) -> bool:
        """Say whether it has ended."""
        return self._process.poll() is not None

    def stop(self) -> None:
        """Have the keeper kill all below it; whoever waits for an answer sees that they have gone."""
        self._let_go()

    def close(self) -> None:
        """Kill it and all below it, and remove its folder."""
        self._cleanup.close()

    def _start(self) -> None:
        closing, program = self._cleanup, self.program
        root, code = self._lay_out()
        user = closing.enter_context(USERS.lent(self._confinement))
        if user:
            os.chown(self._scratch, user, user)
            os.chown(root, user, user)
        asks, answers, prints = os.pipe(), os.pipe(), os.pipe()
        self._requests, self._answers, self._prints = asks[1], answers[0], prints[0]
        for descriptor in (asks[1], answers[0], prints[0]):
            os.set_blocking(descriptor, False)
            closing.callback(os.close, descriptor)
        try:
            # The interpreter is our own, and so is what it runs.
            self._process = subprocess.Popen(  # noqa: S603
                [sys.executable, "-I", "-B", str(RUNNER), str(asks[0]), str(answers[1])],
                stdin=subprocess.PIPE,
                stdout=prints[1],
                stderr=prints[1],
                pass_fds=(asks[0], answers[1]),
                start_new_session=True,
                cwd="/",
                env=self._variables(code),
            )
        finally:
            for descriptor in (asks[0], answers[1], prints[1]):
                os.close(descriptor)
        closing.callback(self._kill)
        order = order_for(
            self._confinement,
            uid=user,
            folder=str(root),
            handler=program.handler,
            code=str(code),
            reads=[str(code), str(self._models), *map(str, program.models)],
            writes=[str(self._scratch), "/dev/null"],
            trusts=bool(program.authority),
            limits=limits_of(program.memory_mb, counts_processes=bool(user)),
        )
        self.send(order, self._ticks() + ORDER_S, "")

    def _lay_out(self) -> tuple[Path, Path]:
        """Return the function's own folder, and that of its code: unpacked, with what its clients need."""
        root = Path(tempfile.mkdtemp(prefix=FOLDERS, dir=self._place))
        self._cleanup.callback(shutil.rmtree, root, ignore_errors=True)
        self._scratch = root / "tmp"
        code = root / "code"
        unpack_bundle(self.program.code, code)
        self._scratch.mkdir(mode=0o700)
        self._models = root / "models"
        self._models.mkdir()
        self._authority = self._models / "authority.pem"
        # Whatever the umask of a server, which keeps its own files to itself.
        self._models.chmod(0o755)
        if self.program.authority:
            self._authority.write_bytes(self.program.authority + b"\n" + system_roots())
            self._authority.chmod(0o644)
        for folder in self.program.models:
            (self._models / folder.name).symlink_to(folder)
        return root, code

    def _variables(self, code: Path) -> dict[str, str]:
        """Return a clean environment: nothing of the server's own."""
        program, scratch = self.program, str(self._scratch)
        return {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "LANG": "en_US.UTF-8",
            "TZ": ":UTC",
            "HOME": scratch,
            "TMPDIR": scratch,
            **runtime_variables(program.name, program.memory_mb, program.handler, str(code)),
            **stream_variables(program.log_stream),
            **(models_variables([str(self._models)]) if program.models else {}),
            **(authority_variables(str(self._authority)) if program.authority else {}),
            **program.variables,
        }

    def _kill(self) -> None:
        """Let the leash go, which has the keeper kill what is below it, and wait for its end.

        A keeper that takes longer goes on alone: without it, what forks on belongs to nobody.
        """
        self._let_go()
        try:
            self._process.wait(LONGEST_END_S)
        except subprocess.TimeoutExpired:
            log.warning("What function %s left running is still being ended.", self.program.name)
            threading.Thread(target=self._process.wait, name="slow keeper", daemon=True).start()

    def _let_go(self) -> None:
        if self._process.stdin is not None:
            self._process.stdin.close()

    def send(self, message: dict[str, Any], deadline: float, request: str) -> None:
        """Write a message; raise what ended the process, or that it did not read in time."""
        body = orjson.dumps(message)
        rest = memoryview(LENGTH.pack(len(body)) + body)

        def write() -> bool:
            nonlocal rest
            try:
                rest = rest[os.write(self._requests, rest) :]
            except BlockingIOError:
                return False
            except BrokenPipeError:
                raise self._ended(request) from None
            return not rest

        self._wait_for(self._requests, selectors.EVENT_WRITE, write, deadline, request)

    def receive(self, deadline: float, request: str) -> dict[str, Any]:
        """Return its next message; raise what ended it, or that there was none in time."""
        body = bytearray()

        def read() -> bool:
            try:
                part = os.read(self._answers, 1 << 20)
            except BlockingIOError:
                return False
            if not part:
                raise self._ended(request)
            body.extend(part)
            if len(body) >= LENGTH.size and LENGTH.unpack_from(body)[0] > 2 * MOST_ANSWER:
                raise too_large(LENGTH.unpack_from(body)[0])
            return len(body) >= LENGTH.size and len(body) >= LENGTH.size + LENGTH.unpack_from(body)[0]

        self._wait_for(self._answers, selectors.EVENT_READ, read, deadline, request)
        try:
            size = LENGTH.unpack_from(body)[0]
            return as_dict(orjson.loads(bytes(body[LENGTH.size : LENGTH.size + size])))
        except orjson.JSONDecodeError:
            sentence = failure_sentence(request, "the function's process answered what is no JSON")
            raise BrokenEnvironment(NO_JSON, sentence) from None

    def _wait_for(
        self, channel: int, event: int, step: Callable[[], bool], deadline: float, request: str
    ) -> None:
        """Take steps on a channel until that is done; meanwhile take what is printed, watch what is used."""
        disk_due = self._ticks() + DISK_WATCH_S
        with selectors.DefaultSelector() as selector:
            selector.register(channel, event)
            prints = selector.register(self._prints, selectors.EVENT_READ)
            while True:
                for key, _ in selector.select(min(WATCH_S, max(0.0, deadline - self._ticks()))):
                    if key.fileobj == prints.fileobj:
                        if self._read_prints() is None:
                            selector.unregister(self._prints)
                    elif step():
                        self._watch(request)
                        return
                now = self._ticks()
                if now >= deadline:
                    sentence = failure_sentence(
                        request, f"Task timed out after {self.program.timeout_s:.2f} seconds"
                    )
                    raise BrokenEnvironment(TIMED_OUT, sentence)
                self._watch(request)
                if now >= disk_due:
                    disk_due = now + DISK_WATCH_S
                    self._watch_disk(request)

    def _read_prints(self) -> int | None:
        """Take some of what was printed; None where nothing more can come."""
        try:
            part = os.read(self._prints, 1 << 16)
        except BlockingIOError:
            return 0
        self.log.add(part)
        return len(part) or None

    def drain(self) -> None:
        """Take what was printed before the answer; who goes on printing waits for the next invocation."""
        for _ in range(MOST_LOG // (1 << 16) + 2):
            if not self._read_prints():
                return

    def _watch(self, request: str) -> None:
        used = usage_below(self._process.pid)
        self.peak_mb = max(self.peak_mb, used.memory >> 20)
        if used.memory > self.program.memory_mb << 20:
            sentence = failure_sentence(request, "Runtime exited with error: signal: killed, out of memory")
            raise BrokenEnvironment(OUT_OF_MEMORY, sentence)
        if used.processes > MOST_PROCESSES:
            sentence = failure_sentence(request, f"the function had more than {MOST_PROCESSES} processes")
            raise BrokenEnvironment(TOO_MANY_PROCESSES, sentence)

    def _watch_disk(self, request: str) -> None:
        if folder_size(self._scratch, DISK_MB << 20) > DISK_MB << 20:
            sentence = failure_sentence(request, f"the function wrote more than {DISK_MB} MB to its folder")
            raise BrokenEnvironment(OUT_OF_DISK, sentence)

    def _ended(self, request: str) -> BrokenEnvironment:
        """Return what is said of a process that ended by itself."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(5)
        self.drain()
        code = self._process.returncode
        reason = f"signal: {code - 128}" if code is not None and code > 128 else f"exit status {code}"
        sentence = failure_sentence(request, f"Runtime exited with error: {reason}")
        return BrokenEnvironment(EXITED, sentence)


def system_roots() -> bytes:
    """Return the authorities that this machine trusts; those of boto3 where it names none."""
    paths = [ssl.get_default_verify_paths().cafile, *(str(path) for path in _boto_roots())]
    file = next((Path(path) for path in paths if path and Path(path).is_file()), None)
    return b"" if file is None else file.read_bytes()


def _boto_roots() -> list[Path]:
    botocore = find_spec("botocore")
    return [Path(place) / "cacert.pem" for place in (botocore and botocore.submodule_search_locations) or ()]


def too_large(size: int) -> BrokenEnvironment:
    """Return the refusal of an answer that nobody could be sent."""
    sentence = (
        f"Response payload size ({size} bytes) exceeded maximum allowed payload size ({MOST_ANSWER} bytes)."
    )
    return BrokenEnvironment(TOO_LARGE, sentence)


def as_dict(value: Any) -> dict[str, Any]:
    """Return what a stranger answered, if it is an object; else an empty one."""
    return value if isinstance(value, dict) else {}
