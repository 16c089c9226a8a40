"""Draw bytes for every parser that strangers reach, guided by what they reach, until something is wrong.

python tools/fuzz.py                        # every target for its share of ten minutes of processor time
python tools/fuzz.py --only cbor --seconds 300
python tools/fuzz.py --keep                 # and write what reached something new to tests/fuzzing/corpora

By Atheris (libFuzzer for Python), in a process a target: `make fuzz` installs it. What is found lies in
build/fuzz/findings, and its traceback is printed; the target begins with what is kept, and with what earlier
runs found in build/fuzz.
"""

import argparse
import base64
import json
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

CORPORA = ROOT / "tests" / "fuzzing" / "corpora"
PLACE = ROOT / "build" / "fuzz"
MINUTES = 10
# A head of a picture, a policy and a form fit; what is longer only repeats.
LONGEST = 4096
# By the clock, on a machine that does other work: a parser takes a millisecond.
TIMEOUT_S = 25
MOST_MIB = 2048
# What the repository keeps of a target: the shortest inputs of those that reach everything that was reached.
MOST_KEPT, LONGEST_KEPT = 60, 600


def main() -> int:
    """Run the targets; return 0 where nothing was found."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--only", action="append", help="a target; several times for several")
    parser.add_argument("--seconds", type=float, help="processor time of each")
    parser.add_argument("--keep", action="store_true", help="write down what reached something new")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        draw(arguments.only[0], arguments.seconds)
    names = arguments.only or sorted(path.stem for path in CORPORA.glob("*.txt"))
    seconds = arguments.seconds or MINUTES * 60 / len(names)
    found = [name for name in names if not run_target(name, seconds)]
    if arguments.keep:
        for name in names:
            keep(name)
    print(json.dumps({"targets": len(names), "seconds each": round(seconds), "findings": found}))
    return int(bool(found))


def run_target(name: str, seconds: float) -> bool:
    """Draw for one target in a process of its own; return whether nothing was found."""
    folder = unpack(name)
    began = time.monotonic()
    words = [sys.executable, __file__, "--child", "--only", name, "--seconds", str(seconds)]
    child = subprocess.run(words, capture_output=True, text=True, errors="replace", check=False)
    lines = child.stderr.splitlines()
    drawn = next((line.split()[0] for line in reversed(lines) if line.startswith("#")), "#0")
    reached = len(list(folder.iterdir()))
    print(f"{name}: {drawn} in {time.monotonic() - began:.0f} s by the clock, {reached} kept", flush=True)
    if child.returncode:
        print("\n".join([*child.stdout.splitlines()[-30:], *lines[-30:]]), flush=True)
    return child.returncode == 0


def unpack(name: str) -> Path:
    """Return the folder of a target's inputs, with those that are kept."""
    folder = PLACE / "inputs" / name
    folder.mkdir(parents=True, exist_ok=True)
    (PLACE / "findings").mkdir(parents=True, exist_ok=True)
    for number, line in enumerate((CORPORA / f"{name}.txt").read_text("ascii").splitlines()):
        (folder / f"kept-{number}").write_bytes(base64.b64decode(line))
    return folder


def draw(name: str, seconds: float) -> None:
    """Draw until the time is over; a finding ends the process with its traceback."""
    import atheris

    with atheris.instrument_imports(include=["vedette"], enable_loader_override=False):
        from fuzzing.targets import TARGETS
    target = TARGETS[name]

    def take(data: bytes) -> None:
        target.take(data)
        if time.process_time() > seconds:
            os._exit(0)

    flags = [
        f"-max_len={LONGEST}", f"-timeout={TIMEOUT_S}", f"-rss_limit_mb={MOST_MIB}", "-print_final_stats=0",
        f"-artifact_prefix={PLACE / 'findings' / name}-",
    ]  # fmt: skip
    atheris.Setup([sys.argv[0], *flags, str(PLACE / "inputs" / name)], take)
    atheris.Fuzz()


def keep(name: str) -> None:
    """Write down the shortest inputs beside those that are kept already, each once."""
    path = CORPORA / f"{name}.txt"
    before = path.read_text("ascii").splitlines()
    drawn = sorted((PLACE / "inputs" / name).iterdir(), key=lambda file: (file.stat().st_size, file.name))
    fresh = [file.read_bytes() for file in drawn if file.stat().st_size <= LONGEST_KEPT]
    lines = [base64.b64encode(data).decode() for data in fresh]
    room = MOST_KEPT - len(before)
    added = [line for line in lines if line not in set(before)]
    # Of many, every so-manieth: short ones reach little, long ones much.
    step = max(1, len(added) // room) if room > 0 else 0
    path.write_text("\n".join([*before, *(added[::step][:room] if step else [])]) + "\n", "ascii")


if __name__ == "__main__":
    sys.exit(main())
