"""What belongs to the whole process, and what a test may therefore leave changed for all that come after it.

Warning filters are not looked at: pytest puts them back itself after every test. Nor are seeds of generators,
which whoever draws from them sets.
"""

import gc
import locale
import logging
import os
import resource
import signal
import socket
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

# Without SIGALRM, by which pytest-timeout ends a test.
SIGNALS = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM, signal.SIGCHLD, signal.SIGUSR1)
LIMITS = (resource.RLIMIT_AS, resource.RLIMIT_CORE, resource.RLIMIT_FSIZE)
# What the package and its libraries set for good where they are imported first, whichever test that is.
BY_IMPORTS = (
    "ORT_DISABLE_TELEMETRY", "OMP_WAIT_POLICY", "KMP_", "TORCH", "PYTEST_",
    "LD_LIBRARY_PATH", "QT_QPA_",  # OpenCV
)  # fmt: skip
STATUS = Path("/proc/self/status")


def process_state() -> dict[str, Any]:
    """Return the settings of this process by their names; a library that is not loaded has none."""
    vedette = logging.getLogger("vedette")
    return {
        "os.environ": {name: value for name, value in os.environ.items() if not name.startswith(BY_IMPORTS)},
        "os.getcwd()": _folder(),
        "os.umask": _umask(),
        "signal handlers": [signal.getsignal(number) for number in SIGNALS],
        "resource limits": [resource.getrlimit(limit) for limit in LIMITS],
        "processor cores": os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else None,
        "sys.path": [*sys.path],
        "sys.argv": [*sys.argv],
        "sys.excepthook": sys.excepthook,
        "sys.getswitchinterval()": sys.getswitchinterval(),
        "gc.isenabled()": gc.isenabled(),
        "tempfile.gettempdir()": tempfile.gettempdir(),
        "socket.getdefaulttimeout()": socket.getdefaulttimeout(),
        "locale": locale.setlocale(locale.LC_ALL),
        "logging": (logging.root.level, logging.root.manager.disable, vedette.level, vedette.propagate),
        **_of_libraries(),
    }


def _of_libraries() -> dict[str, Any]:
    state: dict[str, Any] = {}
    if "PIL.Image" in sys.modules:
        state["PIL.Image.MAX_IMAGE_PIXELS"] = sys.modules["PIL.Image"].MAX_IMAGE_PIXELS
    if "PIL.ImageFile" in sys.modules:
        state["PIL.ImageFile.LOAD_TRUNCATED_IMAGES"] = sys.modules["PIL.ImageFile"].LOAD_TRUNCATED_IMAGES
    torch = sys.modules.get("torch")
    if torch is not None and hasattr(torch, "get_num_threads"):  # else it is being imported
        state["torch.get_num_threads()"] = torch.get_num_threads()
        state["torch.is_grad_enabled()"] = torch.is_grad_enabled()
        state["torch.get_default_dtype()"] = torch.get_default_dtype()
    return state


def _folder() -> str:
    try:
        return str(Path.cwd())
    except FileNotFoundError:
        return "(removed)"


def _umask() -> str:
    # To ask the system for it is to set it, which would reach files that threads make meanwhile.
    try:
        return STATUS.read_text().partition("Umask:")[2].partition("\n")[0].strip()
    except OSError:
        return ""


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each setting that both know and that is another one now."""
    return [
        f"{name} was {_shown(before[name], value)}, and is {_shown(value, before[name])}."
        for name, value in after.items()
        if name in before and before[name] != value
    ]


def _shown(value: Any, other: Any) -> str:
    if isinstance(value, dict):
        value = {key: part for key, part in value.items() if other.get(key) != part}
    elif isinstance(value, list) and len(value) == len(other):
        value = [part for part, another in zip(value, other, strict=True) if part != another]
    return f"{value!r:.300}"
