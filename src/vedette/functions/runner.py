"""What runs in a function's own process: a keeper, and below it the handler, which is a stranger's.

    server ── leash ──► keeper ── fork ──► handler's process: limits, Landlock, another user, gate; its module
       ├───── requests ──────────────────────►
       ◄───── answers, and all that is printed ┘

It is run by its path, isolated (`python -I`), and imports nothing of Vedette: whatever the handler's process
could read of the server, a stranger could. The keeper holds the leash: when the server has gone or lets go,
everything below it is killed, also what the handler left behind in other sessions.
"""

import contextlib
import importlib
import importlib.util
import json
import os
import select
import shutil
import signal
import struct
import sys
import time
import traceback
from pathlib import Path
from typing import Any, NoReturn

PR_SET_CHILD_SUBREAPER = 36
LENGTH = struct.Struct(">I")
# How long the keeper waits at most before it looks again for what cannot be killed yet.
LONGEST_PAUSE_S = 0.5
LOG_FORMAT = "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s\n"


class LambdaContext:
    """What a handler is told of its invocation, as AWS Lambda names it."""

    def __init__(self, request: dict[str, Any]) -> None:
        self.aws_request_id = request["id"]
        self.function_name = os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "")
        self.function_version = os.environ.get("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
        self.memory_limit_in_mb = os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "")
        self.log_group_name = os.environ.get("AWS_LAMBDA_LOG_GROUP_NAME", "")
        self.log_stream_name = os.environ.get("AWS_LAMBDA_LOG_STREAM_NAME", "")
        self.invoked_function_arn = request["arn"]
        self.client_context = request.get("client_context")
        self.identity = None
        self._ends_ms = request["ends_ms"]

    def get_remaining_time_in_millis(self) -> int:
        """Return how long the invocation may still take."""
        return max(0, int(self._ends_ms - time.time() * 1000))


def receive(channel: int) -> dict[str, Any] | None:
    """Return the next message; None where the other side has gone."""
    head = _read(channel, LENGTH.size)
    if head is None:
        return None
    body = _read(channel, LENGTH.unpack(head)[0])
    return None if body is None else json.loads(body)


def _read(channel: int, size: int) -> bytes | None:
    parts = bytearray()
    while len(parts) < size:
        part = os.read(channel, min(size - len(parts), 1 << 20))
        if not part:
            return None
        parts += part
    return bytes(parts)


def send(channel: int, message: dict[str, Any]) -> None:
    """Write a message."""
    body = json.dumps(message).encode()
    rest = memoryview(LENGTH.pack(len(body)) + body)
    while rest:
        rest = rest[os.write(channel, rest) :]


# The keeper


def keep(requests: int, answers: int, leash: int) -> NoReturn:
    """Start the handler's process, and end all that is below when it or the server has ended."""
    order = receive(requests)
    if order is None:
        sys.exit(0)
    restrictions = _load("restrictions")
    restrictions.set_process(PR_SET_CHILD_SUBREAPER, 1)
    gate = _load("gate").GatePair(order["writes"][0]) if order["gate"] else None
    child = os.fork()
    if child == 0:
        os.close(leash)
        os.setpgid(0, 0)  # a group without the keeper, which one call stops and kills
        _be_handler(order, (restrictions, gate), requests, answers)
    if gate is not None:
        gate.open()
    os.close(requests)
    os.close(answers)
    status = _wait(child, leash)
    _kill_below(order["uid"])
    # The server does so too, unless it was killed.
    shutil.rmtree(order["folder"], ignore_errors=True)
    os._exit(status)


def _load(name: str) -> Any:
    """Return a module that lies beside this one, which is not to be found by its name."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _wait(child: int, leash: int) -> int:
    """Return the child's exit status as a shell says it; kill the child once the leash is let go."""
    while True:
        with contextlib.suppress(InterruptedError):
            if select.select([leash, *_watched(child)], [], [], 0.5)[0] and _is_let_go(leash):
                os.kill(child, signal.SIGKILL)
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == child:
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else 128 - code


def _watched(child: int) -> list[int]:
    """Return a descriptor that is readable when the child has ended; none where the system has none."""
    if not hasattr(os, "pidfd_open"):
        return []
    if child not in _PIDFDS:
        with contextlib.suppress(OSError):
            _PIDFDS[child] = os.pidfd_open(child)
    return [_PIDFDS[child]] if child in _PIDFDS else []


_PIDFDS: dict[int, int] = {}


def _is_let_go(leash: int) -> bool:
    readable, _, _ = select.select([leash], [], [], 0)
    return bool(readable) and not os.read(leash, 1)


def _kill_below(user: int) -> None:
    """Kill whatever the handler left behind: as a subreaper the keeper inherits it, whichever its session.

    What forks without end is faster than a list of processes, so everything of the handler's own user is
    killed by one call. Where it has none, everything is stopped first, until nothing new appears: whole
    groups of processes, of which the kernel lets none fork meanwhile. What makes a group for each process is
    stopped once the keeper is quicker; it does not give up, since nobody else could find what forks on.
    """
    if user:
        _kill_user(user)
    stopped, pause_s = set[int](), 0.002
    while True:
        _reap()
        below = _below(os.getpid())
        if not below:
            return
        appeared = below - stopped
        stopped = below
        for process in appeared or below:
            _signal_group(process, signal.SIGSTOP if appeared else signal.SIGKILL)
        if not appeared:
            time.sleep(pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)


def _signal_group(process: int, number: int) -> None:
    """Signal a process and its group; the process alone where the keeper itself is in that group."""
    with contextlib.suppress(OSError):
        group = os.getpgid(process)
        if group == os.getpgrp():
            os.kill(process, number)
        else:
            os.killpg(group, number)


def _kill_user(user: int) -> None:
    """Kill every process of a user: the kernel lets none of them fork while it goes through them."""
    killer = os.fork()
    if killer == 0:
        with contextlib.suppress(OSError):
            os.setgroups([])
            os.setgid(user)
            os.setuid(user)
            os.kill(-1, signal.SIGKILL)
        os._exit(0)
    with contextlib.suppress(ChildProcessError):
        os.waitpid(killer, 0)


def _reap() -> None:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _below(process: int) -> set[int]:
    """Return all processes below one, as far as the system tells."""
    below, waiting = set[int](), [process]
    while waiting:
        for children in Path(f"/proc/{waiting.pop()}/task").glob("*/children"):
            with contextlib.suppress(OSError):
                children_now = {int(word) for word in children.read_text("ascii").split()} - below
                below |= children_now
                waiting += children_now
    return below


# The handler's process


def _be_handler(order: dict[str, Any], walls: tuple[Any, Any], requests: int, answers: int) -> NoReturn:
    status, (restrictions, gate) = 0, walls
    try:
        restrictions.confine(order)
        if gate is not None:
            gate.shut()
        _serve(order, requests, answers)
    except SystemExit as leaving:
        status = leaving.code if isinstance(leaving.code, int) else 1
    except BaseException:  # noqa: BLE001  (the edge of the process; what it printed is the function's log)
        traceback.print_exc()
        status = 1
    os._exit(status)


def trust_signed() -> None:
    """Have clients trust a certificate that is among those they trust, also without the one that signed it.

    Python 3.13's own contexts do; of a server's certificate nobody here may have its authority's.
    """
    import ssl

    make = ssl.SSLContext.__new__

    def make_trusting(*words: Any, **options: Any) -> ssl.SSLContext:
        context: ssl.SSLContext = make(*words, **options)
        context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
        return context

    ssl.SSLContext.__new__ = make_trusting  # type: ignore[method-assign,assignment]


def _serve(order: dict[str, Any], requests: int, answers: int) -> None:
    os.chdir(order["code"])
    if order.get("trusts"):
        trust_signed()
    # What stands in front of the code's own folder would be found before it.
    sys.path[:] = [order["code"], *(path for path in sys.path if path not in ("", order["code"]))]
    logger = _logs()
    try:
        handler = load_handler(order["handler"], order["code"])
    except BaseException as error:  # noqa: BLE001  (whatever a stranger's module raises)
        _print_problem(error)
        send(answers, {"init": failure(error, ())})
        return
    send(answers, {"init": None})
    while (request := receive(requests)) is not None:
        logger.request_id = request["id"]
        send(answers, _answer(handler, request))


def load_handler(name: str, code: str) -> Any:
    """Return the function of `module.function`; the module may be in a folder, with slashes or dots."""
    module_name, _, function_name = name.rpartition(".")
    if not module_name:
        raise RuntimeErrorOf("Runtime.MalformedHandlerName", f"Bad handler {name!r}: not enough values")
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        sentence = f"Unable to import module {module_name!r}: {error}"
        raise RuntimeErrorOf("Runtime.ImportModuleError", sentence) from error
    except SyntaxError as error:
        place = f"{error.filename or ''}".removeprefix(f"{code}/")
        sentence = f"Syntax error in module {module_name!r}: {error.msg} ({place}, line {error.lineno})"
        raise RuntimeErrorOf("Runtime.UserCodeSyntaxError", sentence) from error
    function = getattr(module, function_name, None)
    if not callable(function):
        sentence = f"Handler {function_name!r} missing on module {module_name!r}"
        raise RuntimeErrorOf("Runtime.HandlerNotFound", sentence)
    return function


class RuntimeErrorOf(Exception):
    """What is wrong with a function as such; `kind` is AWS Lambda's name for it."""

    def __init__(self, kind: str, sentence: str) -> None:
        super().__init__(sentence)
        self.kind = kind


def _answer(handler: Any, request: dict[str, Any]) -> dict[str, Any]:
    try:
        result = handler(request["event"], LambdaContext(request))
    except (SystemExit, KeyboardInterrupt):
        raise
    except BaseException as error:  # noqa: BLE001  (whatever a stranger's function raises)
        _print_problem(error)
        return {"error": failure(error, traceback.format_tb(error.__traceback__)[1:])}
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    try:
        # What JSON has no word for, as AWS Lambda's runtime refuses it.
        return {"result": json.dumps(result, allow_nan=False)}
    except (TypeError, ValueError, RecursionError) as error:
        sentence = f"Unable to marshal response: {error}"
        return {"error": failure(RuntimeErrorOf("Runtime.MarshalError", sentence), ())}


def failure(error: BaseException, trace: Any) -> dict[str, Any]:
    """Return a problem in the words of AWS Lambda."""
    kind = error.kind if isinstance(error, RuntimeErrorOf) else type(error).__name__
    return {"errorMessage": str(error)[:65536], "errorType": kind, "stackTrace": list(trace)[-64:]}


def _print_problem(error: BaseException) -> None:
    kind = error.kind if isinstance(error, RuntimeErrorOf) else type(error).__name__
    sys.stderr.write(f"[ERROR] {kind}: {error}\n")
    if not isinstance(error, RuntimeErrorOf):
        traceback.print_tb(error.__traceback__ and error.__traceback__.tb_next)
    sys.stderr.flush()


def _logs() -> Any:
    """Have the root logger write lines as AWS Lambda's runtime does, each with its request's id."""
    import logging

    class RequestFilter(logging.Filter):
        request_id = ""

        def filter(self, record: logging.LogRecord) -> bool:
            record.aws_request_id = self.request_id
            return True

    request_filter = RequestFilter()
    handler = logging.StreamHandler(sys.stdout)
    handler.terminator = ""
    formatter = logging.Formatter(LOG_FORMAT, "%Y-%m-%dT%H:%M:%S")
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    handler.addFilter(request_filter)
    logging.getLogger().addHandler(handler)
    return request_filter


if __name__ == "__main__":
    for _channel in (int(sys.argv[1]), int(sys.argv[2])):
        os.set_inheritable(_channel, False)
    keep(int(sys.argv[1]), int(sys.argv[2]), sys.stdin.fileno())
