"""`vedette doctor`: what is installed, what is missing, what this machine can do, how the installation is.

Every install has it: what a part would need is examined where the part is installed. Nothing is
changed. torch is asked in a process of its own, since importing it takes seconds and the command
line must stay free of it.
"""

import os
import platform
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import textwrap
import time
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import click

import vedette
from vedette.cli.credentials import Data
from vedette.cli.listing import is_for_people, print_records, prints_records
from vedette.cli.opening import settings_for
from vedette.cli.parts import DOES, PARTS, has_part, missing_modules, sentence_for
from vedette.cli.sdk import MARK, SERVICE, VERSION, models_folder, stale_models
from vedette.cli.signatures import Exit, Option
from vedette.cli.terminal import columns, styled
from vedette.cores import count_cores

if TYPE_CHECKING:
    from vedette.settings import Settings

Verdict = Literal["good", "note", "bad"]
SIGNS = {"good": ("✓", "green"), "note": ("·", "yellow"), "bad": ("✗", "red")}

# What the light install brings, by the names of its packages.
LIGHT = ("numpy", "pillow", "onnxruntime", "orjson")
# Of each part the packages whose version a person is asked for.
SHOWN = {
    "train": ("torch", "onnx", "scikit-learn"),
    "server": ("sqlalchemy", "botocore", "uvicorn"),
    "edge": ("grpcio", "cryptography"),
    "video": ("av", "paho-mqtt"),
    "functions": ("boto3",),
    "parquet": ("pyarrow",),
    "openvino": ("openvino",),
    "postgres": ("psycopg",),
    "backbones": ("transformers",),
    "ray": ("ray",),
    "telemetry": ("opentelemetry-sdk",),
    "pkcs11": ("python-pkcs11",),
}
# torch reports its devices; a broken installation must not break the doctor.
ASK_TORCH = (
    "import torch; print('cuda ' + torch.cuda.get_device_name(0) if torch.cuda.is_available() else "
    "'mps' if torch.backends.mps.is_available() else 'none')"
)


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """An examined subject, the verdict on it, and a sentence."""

    subject: str
    verdict: Verdict
    sentence: str


def examine(data: Path | None) -> list[Diagnosis]:
    """Examine everything that this install has, in the order a person would ask."""
    diagnoses = [
        _python(),
        *[_package(name) for name in LIGHT],
        _detecting(),
        *[_part(part) for part in PARTS],
        _processor(),
        _memory(),
    ]
    if has_part("train"):
        diagnoses.append(_accelerator())
    if has_part("server"):
        diagnoses += _server(settings_for(data))
    elif data is not None:
        diagnoses.append(Diagnosis("data folder", "bad", f"{data} is not examined: {sentence_for('server')}"))
    return diagnoses


def _server(settings: "Settings") -> list[Diagnosis]:
    """Examine what a server needs: its folder, its disk, its address, and the installation."""
    from vedette.server.audit_targets import examine_targets
    from vedette.server.health import examine_installation
    from vedette.server.health_apart import examine_apart

    checks = [*examine_installation(settings), *examine_apart(settings), *examine_targets(settings)]
    return [
        _data(settings.data),
        _disk_speed(settings.data),
        *[Diagnosis(check.subject, check.verdict, check.sentence) for check in checks],
        _port(settings),
        *_engine(settings),
        *_company(settings),
        _sdk(),
    ]


def _company(settings: "Settings") -> list[Diagnosis]:
    """Ask the company's provider, where there is one, whether people can sign in there."""
    from vedette.errors import Refusal
    from vedette.identity.oidc import Provider, plan_of

    plan = plan_of(settings)
    if plan is None:
        if settings.local_sign_in:
            return []
        return [Diagnosis("sign-in", "bad", "neither keys (VEDETTE_LOCAL_SIGN_IN) nor a company sign in")]
    if not plan.client_id or not plan.groups:
        missing = "VEDETTE_SSO_GROUPS" if plan.client_id else "VEDETTE_SSO_CLIENT_ID"
        return [Diagnosis("sign-in", "bad", f"{missing} is empty: nobody of the company is let in")]
    try:
        Provider(plan).keys()
    except Refusal as refusal:
        return [Diagnosis("sign-in", "bad", refusal.sentence)]
    if absent := _missing_groups(settings, set(plan.groups.values())):
        sentence = f"VEDETTE_SSO_GROUPS lets people into groups that are not here: {', '.join(absent)}"
        return [Diagnosis("sign-in", "bad", f"{sentence} (`vedette group create`)")]
    return [Diagnosis("sign-in", "good", f"people of {plan.issuer}, by {len(plan.groups)} groups")]


def _missing_groups(settings: "Settings", names: set[str]) -> list[str]:
    """Return which of these groups the installation's account has not; none where it cannot be opened."""
    from vedette.errors import Refusal
    from vedette.server.installation import open_installation

    try:
        with open_installation(settings) as installation:
            present = installation.identity.directory.groups.in_account(installation.settings.account)
    except Refusal:
        return []  # said of the installation itself
    return sorted(names - {group.name for group in present})


def _security(settings: "Settings") -> list[Diagnosis]:
    """Examine what is open, weak or as it came."""
    if not has_part("server"):
        return [Diagnosis("security", "note", sentence_for("server"))]
    from vedette.server.security import examine_security

    checks = examine_security(settings)
    return [Diagnosis(check.subject, check.verdict, check.sentence) for check in checks]


def _python() -> Diagnosis:
    version = platform.python_version()
    return Diagnosis(
        "Python", "good" if sys.version_info >= (3, 11) else "bad", f"{version} on {platform.platform()}"
    )


def _package(name: str) -> Diagnosis:
    try:
        return Diagnosis(name, "good", metadata.version(name))
    except metadata.PackageNotFoundError:
        return Diagnosis(name, "bad", "not installed; `pip install vedette` brings it")


def _detecting() -> Diagnosis:
    """Import ONNX Runtime, which fails where a library of the system is missing."""
    try:
        import onnxruntime
    except Exception as error:  # noqa: BLE001  (a broken package raises whatever it likes)
        return Diagnosis("detecting on", "bad", f"ONNX Runtime does not run: {error}")
    is_there = "CPUExecutionProvider" in onnxruntime.get_available_providers()
    sentence = (
        "the processor, by ONNX Runtime" if is_there else "nothing: ONNX Runtime has no processor provider"
    )
    return Diagnosis("detecting on", "good" if is_there else "bad", sentence)


def _part(part: str) -> Diagnosis:
    """Report whether a part is installed, in which versions, and what to type where it is not."""
    name, missing = f"vedette[{part}]", missing_modules(part)
    if not missing:
        versions = [f"{package} {metadata.version(package)}" for package in SHOWN[part]]
        return Diagnosis(name, "good", f"{DOES[part]}: {', '.join(versions)}")
    lacking = f"without {', '.join(missing)}" if len(missing) < len(PARTS[part]) else "not installed"
    return Diagnosis(name, "note", f"{lacking}: pip install 'vedette[{part}]' brings what {DOES[part]}")


def _accelerator() -> Diagnosis:
    try:
        # The interpreter is our own, the program a constant.
        process = subprocess.run(  # noqa: S603
            [sys.executable, "-c", ASK_TORCH], capture_output=True, text=True, timeout=60, check=True
        )
    except (subprocess.SubprocessError, OSError) as error:
        return Diagnosis("training on", "bad", f"torch does not run: {error}")
    device = process.stdout.strip()
    if device == "none":
        return Diagnosis("training on", "note", "the processor; there is no GPU that torch can use")
    return Diagnosis("training on", "good", device)


def _processor() -> Diagnosis:
    info = Path("/proc/cpuinfo")
    flags = info.read_text("utf-8", "replace") if info.exists() else ""
    extensions = [
        name
        for flag, name in (("avx2", "AVX2"), ("avx512f", "AVX-512"), ("avx512_vnni", "VNNI"))
        if flag in flags
    ]
    return Diagnosis(
        "processor", "good", f"{count_cores()} cores, {platform.machine()} {' '.join(extensions)}".strip()
    )


def _memory() -> Diagnosis:
    if not hasattr(os, "sysconf") or "SC_PHYS_PAGES" not in os.sysconf_names:
        return Diagnosis("memory", "note", "this system does not say how much")
    total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1024**3
    return Diagnosis(
        "memory", "good" if total >= 4 else "note", f"{total:.1f} GiB (training wants 2 GiB free)"
    )


def _data(folder: Path) -> Diagnosis:
    standing = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    if not os.access(standing, os.W_OK):
        return Diagnosis("data folder", "bad", f"{folder}: {standing} cannot be written")
    free = shutil.disk_usage(standing).free / 1024**3
    state = "exists" if folder.exists() else "will be made"
    return Diagnosis("data folder", "good" if free > 2 else "bad", f"{folder} {state}; {free:.1f} GiB free")


def _disk_speed(folder: Path) -> Diagnosis:
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
            commit_ms = (time.perf_counter() - began) * 100
    except (OSError, sqlite3.Error) as error:
        return Diagnosis("disk", "bad", f"cannot write a database beside the data folder: {error}")
    return Diagnosis(
        "disk", "good" if commit_ms < 50 else "note", f"a commit to the disk takes {commit_ms:.1f} ms"
    )


def _port(settings: "Settings") -> Diagnosis:
    with socket.socket() as probe:
        probe.settimeout(1)
        is_taken = probe.connect_ex((settings.host, settings.port)) == 0
    address = f"{settings.host}:{settings.port}"
    sentence = f"{address} answers already: a server runs there" if is_taken else f"{address} is free"
    return Diagnosis("address", "note" if is_taken else "good", sentence)


def _engine(settings: "Settings") -> list[Diagnosis]:
    """Ask the Ray cluster what it has, where trainings and units are to run on one."""
    from vedette.engines.local import LocalEngine
    from vedette.engines.port import Job
    from vedette.errors import Refusal
    from vedette.server.lifecycle import ray_plan

    try:
        plan = ray_plan(settings)
    except Refusal as refusal:
        return [Diagnosis("Ray cluster", "bad", refusal.sentence)]
    if plan is None:
        return []
    engine = LocalEngine()
    *_, last = engine.events(engine.submit(Job("ray-check", plan.dump())))
    if last.kind != "done":
        return [Diagnosis("Ray cluster", "bad", str(last.facts["sentence"]))]
    facts = last.facts
    sentence = (
        f"{plan.address}: {facts['nodes']} nodes with room for {facts['units']} units "
        f"or {facts['trainings']} trainings now"
    )
    warnings = [Diagnosis("Ray node", "note", warning) for warning in facts["warnings"]]
    return [Diagnosis("Ray cluster", "good" if facts["units"] else "note", sentence), *warnings]


def _sdk() -> Diagnosis:
    is_installed = (models_folder(None) / SERVICE / VERSION / MARK).exists()
    if is_installed and (stale := stale_models(models_folder(None))):
        sentence = (
            f"other programs read models of another release: {', '.join(stale)} (`vedette sdk install`)"
        )
        return Diagnosis("lookoutvision", "note", sentence)
    sentence = (
        "boto3 and the AWS CLI know lookoutvision"
        if is_installed
        else "`vedette sdk install` makes clients know it again"
    )
    return Diagnosis("lookoutvision", "good" if is_installed else "note", sentence)


@prints_records
def doctor(
    data: Data = None,
    is_security: Annotated[
        bool, Option("--security", help="What is open, weak or as it came, instead of all that.")
    ] = False,
) -> None:
    """Say what is installed, what is missing, what this machine can do, and how the installation is."""
    diagnoses = _security(settings_for(data)) if is_security else examine(data)
    if is_for_people():
        _print(diagnoses)
    else:
        print_records({name: name for name in ("subject", "verdict", "sentence")}, diagnoses)
    if any(diagnosis.verdict == "bad" for diagnosis in diagnoses):
        raise Exit(1)


def _print(diagnoses: list[Diagnosis]) -> None:
    click.echo(styled(f"Vedette {vedette.__version__}", is_bold=True))
    widest = max(len(diagnosis.subject) for diagnosis in diagnoses)
    for diagnosis in diagnoses:
        sign, colour = SIGNS[diagnosis.verdict]
        lead = f" {diagnosis.subject:<{widest}} "
        click.echo(styled(sign, colour=colour) + lead + _wrapped(diagnosis.sentence, indent=len(lead) + 1))


def _wrapped(sentence: str, *, indent: int) -> str:
    """Return a sentence as a column of the terminal; as one line where there is none, for `grep`."""
    width = columns() - indent
    if not sys.stdout.isatty() or width < 20:
        return sentence
    lines = textwrap.wrap(sentence, width, break_long_words=False, break_on_hyphens=False)
    return ("\n" + " " * indent).join(lines)
