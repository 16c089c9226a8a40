"""An execution environment, as AWS Lambda calls it: a process that answers one invocation after the other.

What a module made when it was imported stays for the next invocation; after a timeout, a crash or too much
memory the process is killed, and the next one begins anew. Whatever comes back from it is a stranger's.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson

from vedette.dialects.aws_lambda import TIMED_OUT, failure_sentence, log_lines
from vedette.functions.confine import Confinement
from vedette.functions.process import MOST_ANSWER, BrokenEnvironment, FunctionProcess, as_dict, too_large
from vedette.functions.values import FunctionProgram, InvocationRequest, InvocationResult

# How long a module may take until its handler is there; AWS Lambda's 10 s are of machines that idle.
INIT_S = 30.0


class FunctionEnvironment:
    """A process and its handler. One thread at a time."""

    def __init__(
        self,
        program: FunctionProgram,
        confinement: Confinement,
        *,
        place: Path | None = None,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self.program = program
        self.began = ticks()
        self._ticks = ticks
        self._is_ready = False
        self._is_over = False
        self._process = FunctionProcess(program, confinement, place=place, ticks=ticks)

    @property
    def is_over(self) -> bool:
        """Say whether the process can answer no more."""
        return self._is_over or self._process.is_over

    def invoke(self, request: InvocationRequest) -> InvocationResult:
        """Return what came of a call; whatever a function does, this returns."""
        began, init_ms = self._ticks(), 0.0
        try:
            if not self._is_ready:
                self._finish_init(request.id)
                init_ms = (self._ticks() - began) * 1000
                began = self._ticks()
            deadline = began + self.program.timeout_s
            self._process.send(self._message(request), deadline, request.id)
            answer = self._process.receive(deadline, request.id)
            payload, error = _payload_of(answer)
        except BrokenEnvironment as broken:
            payload, error = _dump_failure(broken.kind, broken.sentence), broken.kind
            self.close()
        else:
            self._process.drain()
        duration_ms = (self._ticks() - began) * 1000
        log = self._report(request.id, duration_ms, init_ms, error and payload)
        return InvocationResult(payload, error, log, duration_ms, init_ms, self._process.peak_mb)

    def stop(self) -> None:
        """Have another thread's call come to its end: its process is killed."""
        self._process.stop()

    def close(self) -> None:
        """Kill the process and all below it, and remove its folder."""
        self._is_over = True
        self._process.close()

    def _message(self, request: InvocationRequest) -> dict[str, Any]:
        ends_ms = (time.time() + self.program.timeout_s) * 1000
        return {
            "id": request.id,
            "event": orjson.loads(request.event),
            "arn": request.arn,
            "client_context": request.client_context,
            "ends_ms": ends_ms,
        }

    def _finish_init(self, request: str) -> None:
        try:
            answer = self._process.receive(self._ticks() + INIT_S, request)
        except BrokenEnvironment as broken:
            if broken.kind == TIMED_OUT:
                sentence = failure_sentence(request, f"the module was not imported within {INIT_S:.0f} s")
                raise BrokenEnvironment(TIMED_OUT, sentence) from None
            raise
        problem = answer.get("init")
        if problem is not None:
            kind, sentence = _name_of(problem), str(as_dict(problem).get("errorMessage", ""))
            raise BrokenEnvironment(kind, sentence)
        self._is_ready = True

    def _report(self, request: str, duration_ms: float, init_ms: float, problem: bytes | str) -> str:
        sentence = str(as_dict(orjson.loads(problem)).get("errorMessage", "")) if problem else ""
        figures = {
            "duration_ms": duration_ms,
            "init_ms": init_ms,
            "memory_mb": self.program.memory_mb,
            "peak_mb": self._process.peak_mb,
        }
        return log_lines(request, self._process.log.take(), sentence, figures)


def _payload_of(answer: dict[str, Any]) -> tuple[bytes, str]:
    if "error" in answer:
        problem = as_dict(answer["error"])
        return orjson.dumps(problem), _name_of(problem)
    payload = str(answer.get("result", "null")).encode("utf-8", "replace")
    if len(payload) > MOST_ANSWER:
        raise too_large(len(payload))
    return payload, ""


def _name_of(problem: Any) -> str:
    return str(as_dict(problem).get("errorType") or "Error")[:200]


def _dump_failure(kind: str, sentence: str) -> bytes:
    return orjson.dumps({"errorMessage": sentence, "errorType": kind})
