"""An emulated device of another architecture: Debian's Python for ARM64, the agent's wheels, qemu-user.

    python -m tools.emulated_edge prepare               brings both into the cache, once
    python -m tools.emulated_edge try PACKAGE …         `vedette edge inspect --try`, and the agent's answer
    python -m tools.emulated_edge run -- -c "print(1)"  any Python there

It needs `qemu-aarch64-static` (Debian: qemu-user-static), apt, dpkg-deb and pip, and installs nothing on this
machine: packages are fetched by apt with lists of their own and unpacked below the cache. Processes that the
agent starts are started under the emulator as well, by a script in the place of Python. What it shows is that
the files load and what they answer, and nothing about speed.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
EMULATOR = "qemu-aarch64-static"
# What Python and the wheels link to; nothing of it is configured, so no scripts run.
PACKAGES = (
    *("libc6", "libgcc-s1", "libstdc++6", "libgomp1", "zlib1g", "libbz2-1.0", "liblzma5", "libexpat1"),
    *("libffi8", "libssl3", "libsqlite3-0", "libuuid1", "libcrypt1", "libncursesw6", "libtinfo6"),
    *("libreadline8", "python3.11-minimal", "libpython3.11-minimal", "libpython3.11-stdlib", "python3.11"),
)
PLATFORMS = (
    "manylinux2014_aarch64",
    "manylinux_2_17_aarch64",
    "manylinux_2_27_aarch64",
    "manylinux_2_28_aarch64",
)
# The processor, as qemu names it: a Raspberry Pi 4's; cortex-a76 (Pi 5) adds dot products for 8-bit models.
CPU = "EMULATED_CPU"
CORE = """processor\t: {number}
BogoMIPS\t: 108.00
Features\t: fp asimd evtstrm crc32 cpuid
CPU implementer\t: 0x41
CPU architecture: 8
CPU variant\t: 0x0
CPU part\t: 0xd08
CPU revision\t: 3

"""
PICTURE_SIDE = 64
READY_S = 900.0


@dataclass(frozen=True, slots=True)
class EmulatedPython:
    """How Python is started there: words before its own, and what its environment needs."""

    words: tuple[str, ...]
    environment: dict[str, str]


def cache() -> Path:
    """Return where everything lies."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "vedette" / "emulated-arm64"


def emulated_python() -> EmulatedPython:
    """Return the Python of ARM64.

    Raises:
        FileNotFoundError: when the emulator or what `prepare` brings is not there.
    """
    if shutil.which(EMULATOR) is None:
        raise FileNotFoundError(f"there is no {EMULATOR} (Debian: qemu-user-static)")
    starter = cache() / "python"
    if not (cache() / ".complete").exists():
        raise FileNotFoundError("nothing is prepared: python -m tools.emulated_edge prepare")
    paths = (ROOT / "src", ROOT, cache() / "site")
    return EmulatedPython((str(starter),), {"PYTHONPATH": os.pathsep.join(map(str, paths))})


def prepare() -> None:
    """Bring Debian's Python for ARM64 and the wheels of `vedette[edge]`."""
    if shutil.which(EMULATOR) is None:
        sys.exit(f"There is no {EMULATOR}: apt-get install qemu-user-static")
    place = cache()
    shutil.rmtree(place, ignore_errors=True)
    for name in ("lists/partial", "archives/partial", "debs", "root"):
        (place / name).mkdir(parents=True)
    apt = ["apt-get", "-qq", "-o", "APT::Architecture=arm64", "-o", "APT::Architectures=arm64"]
    apt += ["-o", f"Dir::State::Lists={place}/lists", "-o", f"Dir::Cache={place}"]
    subprocess.run([*apt, "update"], check=True)
    subprocess.run([*apt, "download", *PACKAGES], check=True, cwd=place / "debs")
    for file in sorted((place / "debs").glob("*.deb")):
        subprocess.run(["dpkg-deb", "-x", str(file), str(place / "root")], check=True)
    platforms = [word for name in PLATFORMS for word in ("--platform", name)]
    subprocess.run(
        [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q", "install", "--only-binary=:all:",
         *platforms, "--implementation", "cp", "--python-version", "3.11", "--target", str(place / "site"),
         "-c", str(ROOT / "constraints.txt"), *requirements()],
        check=True,
    )  # fmt: skip
    write_starter(place)
    (place / ".complete").touch()


def requirements() -> list[str]:
    """Return what `vedette[edge]` requires."""
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return [*project["dependencies"], *project["optional-dependencies"]["edge"]]


def write_starter(place: Path) -> None:
    """Write the script that stands for Python there, and have Python there start others by it."""
    starter = place / "python"
    root = place / "root"
    starter.write_text(
        f"#!/bin/sh\nPYTHONHOME={root}/usr exec {EMULATOR} -cpu ${{{CPU}:-cortex-a72}} -L {root} "
        f'{root}/usr/bin/python3.11 "$@"\n',
        "utf-8",
    )
    starter.chmod(0o755)
    # ONNX Runtime's library of processors ends the process where no core of ARM's is listed.
    (root / "proc").mkdir(exist_ok=True)
    (root / "proc" / "cpuinfo").write_text(
        "".join(CORE.format(number=number) for number in range(2)), "utf-8"
    )
    (place / "site" / "sitecustomize.py").write_text(
        "# Processes that are started here are emulated too.\n"
        f"import sys\n\nsys.executable = {str(starter)!r}\n",
        "utf-8",
    )


def run(words: list[str]) -> int:
    """Run Python there."""
    python = emulated_python()
    return subprocess.run(
        [*python.words, *words], env={**os.environ, **python.environment}, check=False
    ).returncode


def try_package(package: Path) -> None:
    """Inspect a package there with its golden pictures, and have the agent start its model and answer."""
    python = emulated_python()
    environment = {**os.environ, **python.environment}
    vedette = [*python.words, "-m", "vedette", "edge"]
    where = "import platform, onnxruntime; print(platform.machine(), 'ONNX Runtime', onnxruntime.__version__)"
    subprocess.run([*python.words, "-c", where], env=environment, check=True)
    subprocess.run([*vedette, "inspect", str(package), "--try"], env=environment, check=True)
    with tempfile.TemporaryDirectory(prefix="vedette-emulated-") as folder:
        models = Path(folder) / "models"
        models.mkdir()
        put(package, models)
        socket = f"unix://{folder}/agent.sock"
        agent = subprocess.Popen(
            [*vedette, "agent", "--models", str(models), "--socket", socket, "--threads", "1"],
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert agent.stdout is not None
            print(agent.stdout.readline().strip(), flush=True)
            ask(socket)
        finally:
            agent.send_signal(signal.SIGTERM)
            agent.wait(120)


def put(package: Path, models: Path) -> None:
    """Put a package where the agent finds it: a component unpacked, a model package as it is."""
    from vedette.packaging.inspecting import is_model_zip
    from vedette.runtime.component_archives import unpack_component

    if package.is_dir():
        shutil.copytree(package, models / package.name)
    elif is_model_zip(package):
        shutil.copy(package, models / package.name)
    else:
        unpack_component(package, models / "model")


def ask(socket: str) -> None:
    """Start the model and look at a grey picture, as clients on the device do."""
    import time

    import grpc

    from vedette.edge.protos import edge_agent_pb2 as pb
    from vedette.edge.protos import edge_agent_pb2_grpc, vedette_edge_pb2, vedette_edge_pb2_grpc

    with grpc.insecure_channel(socket) as channel:
        stub = edge_agent_pb2_grpc.EdgeAgentStub(channel)
        (model,) = stub.ListModels(pb.ListModelsRequest()).models
        name = model.model_component
        stub.StartModel(pb.StartModelRequest(model_component=name))
        deadline = time.monotonic() + READY_S
        while True:
            description = stub.DescribeModel(pb.DescribeModelRequest(model_component=name)).model_description
            if description.status in (pb.RUNNING, pb.FAILED) or time.monotonic() > deadline:
                break
            time.sleep(0.5)
        print(name, pb.ModelStatus.Name(description.status), description.status_message)
        side = PICTURE_SIDE
        bitmap = pb.Bitmap(width=side, height=side, byte_data=bytes([128]) * (side * side * 3))
        request = pb.DetectAnomaliesRequest(model_component=name, bitmap=bitmap)
        try:
            print(stub.DetectAnomalies(request, timeout=READY_S).detect_anomaly_result)
        except grpc.RpcError as error:
            if error.code() is not grpc.StatusCode.INVALID_ARGUMENT:
                raise
            own = vedette_edge_pb2_grpc.EdgeStub(channel)
            wish = vedette_edge_pb2.DetectCustomLabelsRequest(model_component=name, bitmap=bitmap)
            print(own.DetectCustomLabels(wish, timeout=READY_S))


def main() -> int:
    """Do what is asked."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("prepare")
    commands.add_parser("try").add_argument("packages", type=Path, nargs="+")
    commands.add_parser("run").add_argument("words", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    if options.command == "prepare":
        prepare()
    elif options.command == "run":
        return run([word for word in options.words if word != "--"])
    else:
        for package in options.packages:
            try_package(package.absolute())
    return 0


if __name__ == "__main__":
    sys.exit(main())
