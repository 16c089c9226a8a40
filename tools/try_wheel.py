"""Install the wheel into empty environments as its users would: light to detect, whole to serve.

python tools/try_wheel.py dist/*.whl
python tools/try_wheel.py dist/*.whl --sizes     # what each install of README.md takes, and nothing else
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from doubles.packages import tiny_package  # noqa: E402  (tests/ is not on the path before)
from doubles.pictures import a_png  # noqa: E402

CONSTRAINTS = ROOT / "constraints.txt"
# What Vedette itself may take: a part that comes along by mistake is seen here (decision 0474).
MOST_OWN_MIB = 23
# The bar of what `pip install vedette` adds to an empty environment; ONNX Runtime, numpy, Pillow are 155.
LIGHT_BAR_MIB = 180
# And of `pip install vedette[edge]`: gRPC is 25 more.
MOST_EDGE_MIB = 220
# What one environment after another gets, each install with what was there before it: torch comes once.
INSTALLS = (("", "[edge]", "[edge,video]"), ("[video]",), ("[server]",), ("[train]", "[train,server]"))
CALL = """
import json, sys, botocore.session
key = json.load(open(sys.argv[2]))
client = botocore.session.get_session().create_client(
    "rekognition", region_name="us-east-1", endpoint_url=sys.argv[1],
    aws_access_key_id=key["access_key_id"], aws_secret_access_key=key["secret_access_key"],
)
print(client.create_project(ProjectName="from-a-wheel")["ProjectArn"])
"""

ASK = """
import sys, time, grpc
from vedette.edge.protos import edge_agent_pb2 as pb
from vedette.edge.protos.edge_agent_pb2_grpc import EdgeAgentStub
with grpc.insecure_channel(sys.argv[1]) as channel:
    agent = EdgeAgentStub(channel)
    describe = pb.DescribeModelRequest(model_component="tiny")
    while agent.DescribeModel(describe).model_description.status != pb.RUNNING:
        time.sleep(0.1)
    bitmap = pb.Bitmap(width=64, height=64, byte_data=b"\\xff" * (64 * 64 * 3))
    request = pb.DetectAnomaliesRequest(model_component="tiny", bitmap=bitmap)
    print(agent.DetectAnomalies(request).detect_anomaly_result.is_anomalous)
"""


def main() -> int:
    """Try the wheel that is named, or measure it; return 0 when it detected and served."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("wheel", type=Path)
    parser.add_argument(
        "--sizes", action="store_true", help="measure what each install takes, and nothing else"
    )
    arguments = parser.parse_args()
    wheel = arguments.wheel.resolve()
    if arguments.sizes:
        print(json.dumps(dict(size for installs in INSTALLS for size in sizes_of(wheel, installs))))
        return 0
    with tempfile.TemporaryDirectory(prefix="vedette-wheel-") as place:
        added, own = try_light(wheel, Path(place) / "light")
        on_device = try_edge(wheel, Path(place) / "device")
        arn, status = try_server(wheel, Path(place) / "whole")
    facts = {"wheel": wheel.name, "bytes": wheel.stat().st_size, "light MiB": added, "own MiB": own}
    print(json.dumps({**facts, "edge MiB": on_device, "made": arn, "stopped with": status}))
    if added > LIGHT_BAR_MIB:
        print(f"The light install takes {added} MiB: its bar of {LIGHT_BAR_MIB} is missed.", file=sys.stderr)
    return status or int(own > MOST_OWN_MIB or on_device > MOST_EDGE_MIB)


def sizes_of(wheel: Path, installs: Sequence[str]) -> Iterator[tuple[str, float]]:
    """Yield how many MiB each install adds to an empty environment; torch is the pinned one for processors.

    Each is printed as soon as it is known: who cannot wait for the last has the first.
    """
    with tempfile.TemporaryDirectory(prefix="vedette-size-") as place:
        home = Path(place) / "home"
        environment(home)
        before = bytes_below(home / "env")
        for extras in installs:
            began = time.monotonic()
            install(home, *(["torch"] if "train" in extras else []), f"{wheel}{extras}")
            size = round((bytes_below(home / "env") - before) / 2**20, 1)
            print(
                f"vedette{extras}: {size} MiB, {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True
            )
            yield f"vedette{extras}", size


def try_light(wheel: Path, home: Path) -> tuple[float, float]:
    """Detect with the light install; return how many MiB it took, and how many of them are Vedette's own."""
    environment(home)
    before = bytes_below(home / "env")
    install(home, str(wheel))
    added = (bytes_below(home / "env") - before) / 2**20
    packages = next((home / "env").glob("lib/python*/site-packages"))
    own = sum(bytes_below(folder) for folder in packages.glob("vedette*")) / 2**20
    tiny_package(home / "model", "classification")
    (home / "picture.png").write_bytes(a_png())
    vedette = home / "env" / "bin" / "vedette"
    observed = subprocess.run(
        [vedette, "detect", "model", "picture.png", "--json"],
        check=True, capture_output=True, text=True, cwd=home,
    )  # fmt: skip
    assert json.loads(observed.stdout)["image"].endswith("picture.png"), observed.stdout
    subprocess.run([vedette, "sdk", "install", "--to", home / "models"], check=True, capture_output=True)
    assert "operations" in json.loads((home / "models/vedette/2026-11-21/service-2.json").read_text("utf-8"))
    doctor = subprocess.run([vedette, "doctor"], check=True, capture_output=True, text=True, cwd=home)
    assert "vedette[train]" in doctor.stdout, doctor.stdout
    for words, part in (
        (["train", ".", "--out", "m"], "train"),
        (["serve"], "server"),
        (["projects"], "server"),
    ):
        refusal = subprocess.run([vedette, *words], capture_output=True, text=True, cwd=home, check=False)
        assert (refusal.returncode, f"vedette[{part}]" in refusal.stderr) == (2, True), refusal
    return round(added, 1), round(own, 1)


def try_edge(wheel: Path, home: Path) -> float:
    """Look at a picture by an agent with the install for devices; return how many MiB it took."""
    environment(home)
    before = bytes_below(home / "env")
    install(home, f"{wheel}[edge]")
    added = (bytes_below(home / "env") - before) / 2**20
    tiny_package(home / "models" / "tiny", "anomaly")
    address = f"unix://{home}/agent.sock"
    words = ["edge", "agent", "--models", "models", "--socket", address, "--start", "tiny"]
    agent = subprocess.Popen(
        [home / "env" / "bin" / "vedette", *words], stdout=subprocess.PIPE, text=True, cwd=home
    )
    try:
        assert agent.stdout is not None
        assert agent.stdout.readline().startswith("The agent answers")
        python = home / "env" / "bin" / "python"
        asked = subprocess.run(
            [python, "-c", ASK, address], check=True, capture_output=True, text=True, cwd=home
        )
        assert asked.stdout == "True\n", asked.stdout
    finally:
        agent.terminate()
        assert agent.wait(timeout=60) == 0
    return round(added, 1)


def try_server(wheel: Path, home: Path) -> tuple[str, int]:
    """Serve from the whole install and make a project; return its ARN and the server's exit status."""
    environment(home)
    install(home, "torch", f"{wheel}[train,server]")
    server = subprocess.Popen(
        [home / "env" / "bin" / "vedette", "serve", "--port", "0", "--data", home / "data"],
        stdout=subprocess.PIPE,
        text=True,
        cwd=home,
    )
    try:
        assert server.stdout is not None
        address = server.stdout.readline().split()[-1]
        with urllib.request.urlopen(f"{address}/readyz", timeout=10) as answer:
            assert answer.status == 200
        show_console(address)
        words = [home / "env" / "bin" / "python", "-c", CALL, address, home / "data" / "credentials.json"]
        arn = subprocess.run(words, check=True, capture_output=True, text=True, cwd=home).stdout.strip()
    finally:
        server.terminate()
        status = server.wait(timeout=60)
    return arn, status


def show_console(address: str) -> None:
    """Ask for the console's page and for the script that it begins with, as a browser does."""
    with urllib.request.urlopen(f"{address}/console/", timeout=10) as answer:
        page = answer.read().decode()
    script = re.search(r'<script[^>]* src="(/console/assets/[^"]+)"', page)
    assert script is not None, f"the wheel has no built console: {page[:500]}"
    request = urllib.request.Request(f"{address}{script.group(1)}", headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.read(), script.group(1)
    with urllib.request.urlopen(f"{address}/console/licences.txt", timeout=10) as answer:
        assert b"MIT" in answer.read()


def environment(home: Path) -> None:
    """Make an empty environment below the folder."""
    home.mkdir()
    subprocess.run([sys.executable, "-m", "venv", home / "env"], check=True)


def install(home: Path, *packages: str) -> None:
    """Install packages into it, in the pinned versions."""
    pip = [home / "env" / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "-c", CONSTRAINTS, *packages], check=True, cwd=home)


def bytes_below(folder: Path) -> int:
    """Return the size of all files below a folder, each once."""
    files = {path.stat().st_ino: path.stat().st_size for path in folder.rglob("*") if path.is_file()}
    return sum(files.values())


if __name__ == "__main__":
    sys.exit(main())
