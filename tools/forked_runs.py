"""Runs of tests in processes that are forked from one which has imported every library.

A cold run imports the package and its tests itself; a warm one (warm_session.py) has them. Each has a session
of its own, so that what it started ends with it.
"""

import importlib
import os
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LANE = (
    "not slow and not postgres and not gpu and not browser and not clients and not cluster and not ray "
    "and not deploy"
)
PASSED, FAILED, NOTHING_COLLECTED, TOO_LONG = 0, 1, 5, 124
BROKEN = 99  # pytest did not even begin
WORDS = ("-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--tb=line", "--capture=no", "-m", LANE)
# A traced test takes several times as long.
TRACED_WORDS = ("--timeout=900",)
# Has the module by which a Python process traces itself.
TRACING = ROOT / "tools" / "tracing"
# Without grpc, whose threads no fork carries over, and what pytest itself has to import first.
LIBRARIES = (
    "numpy", "PIL.Image", "boto3", "botocore.session", "sqlalchemy.orm", "alembic.command", "orjson", "torch",
    "pydantic_settings", "onnxruntime", "onnx", "scipy.optimize", "sklearn.linear_model", "uvicorn",
    "httptools", "cryptography.x509",
)  # fmt: skip


def import_libraries() -> None:
    """Import what most tests need; what is not installed stays away."""
    # The same examples of properties on every run, as in CI.
    os.environ["CI"] = "true"
    for name in LIBRARIES:
        try:
            importlib.import_module(name)
        except ImportError:
            continue


class ForkedRun:
    """Work in a forked process that goes on beside others; `work` returns the exit status."""

    def __init__(self, work: Callable[[], int], *, output: Path, longest_s: float) -> None:
        self._end = time.monotonic() + longest_s
        self.output = output
        self._pid = os.fork()
        if self._pid == 0:
            status = BROKEN
            try:
                _redirect(output)
                status = work()
            except BaseException:
                traceback.print_exc()
                raise
            finally:
                sys.stdout.flush()
                os._exit(status)

    def status(self) -> int | None:
        """Return how it ended, None while it runs; what runs too long is ended."""
        pid, status = os.waitpid(self._pid, os.WNOHANG)
        if pid:
            self._end_session()
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() < self._end:
            return None
        self.end()
        return TOO_LONG

    def end(self) -> None:
        """End what still runs, with all that it started."""
        self._end_session()
        os.waitpid(self._pid, 0)

    def wait(self) -> int:
        """Wait for the end and return it."""
        while (status := self.status()) is None:
            time.sleep(0.02)
        return status

    def _end_session(self) -> None:
        try:
            os.killpg(self._pid, signal.SIGKILL)
        except ProcessLookupError:
            return


def cold_run(
    source: Path,
    tests: Sequence[str],
    temporary: Path,
    plugins: Sequence[object] = (),
    *,
    is_traced: bool = False,
) -> int:
    """Run pytest on the package in `source`, in a process that has imported nothing of it."""
    shutil.rmtree(temporary, ignore_errors=True)
    use_package(source, [TRACING] if is_traced else [])
    sys.path.insert(0, str(source))
    words = [*WORDS, f"--basetemp={temporary}", *(TRACED_WORDS if is_traced else ["-x"])]
    return pytest.main([*words, *tests], [*plugins])


def use_package(source: Path, more: Sequence[Path] = ()) -> None:
    """Let the processes that tests start import the package from `source`."""
    os.environ["PYTHONPATH"] = os.pathsep.join([str(source), *map(str, more)])
    # What compiles the tests once for all changes; images of Python turn it off.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False


def use_folder(config: pytest.Config, folder: Path) -> None:
    """Let the tests of a forked process have a folder of their own."""
    shutil.rmtree(folder, ignore_errors=True)
    # pytest has no other way to give a forked process its own.
    factory = config._tmp_path_factory  # type: ignore[attr-defined]
    factory._basetemp, factory._given_basetemp = None, folder


def _redirect(output: Path) -> None:
    os.setsid()
    file = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(file, 1)
    os.dup2(file, 2)
    os.chdir(ROOT)
