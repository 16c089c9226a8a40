"""What a function is, a call of it, and what came of that."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class FunctionProgram:
    """What is run: the code, its handler, its bounds, and the environment that it finds."""

    name: str
    code: bytes = field(repr=False)
    handler: str = "lambda_function.lambda_handler"
    timeout_s: float = 3.0
    memory_mb: int = 128
    variables: Mapping[str, str] = field(default_factory=dict, repr=False)
    # Folders of services that its clients are to know, as botocore lays them out.
    models: tuple[Path, ...] = ()
    # A certificate in PEM form that its clients are to trust beside those of the system.
    authority: bytes = field(default=b"", repr=False)
    # What its log is called in the log of the function.
    log_stream: str = ""


@dataclass(frozen=True, slots=True)
class InvocationRequest:
    """One call: its id, the event as JSON, and the ARN that was asked for."""

    id: str
    event: bytes = field(repr=False)
    arn: str = ""
    client_context: Any = None
    # How often which functions were called on the way to it (`chains.py`), this one not counted yet.
    chain: str = ""


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event that is to be kept: the id of its invocation, and its JSON."""

    request: str
    payload: bytes = field(repr=False)
    chain: str = ""


@dataclass(frozen=True, slots=True)
class InvocationResult:
    """What came of it. `error` is empty, or the name of what went wrong; `payload` is JSON either way."""

    payload: bytes
    error: str
    log: str
    duration_ms: float
    init_ms: float
    memory_mb: int

    @property
    def failed(self) -> bool:
        """Say whether the function failed."""
        return bool(self.error)
