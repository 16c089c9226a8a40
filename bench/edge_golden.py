"""How far a package's answers differ between processors: what the tolerance of golden pictures rests on.

Every set's model, as it was trained and in 8 bits by the boldest plan (kept or not), is asked by one thread
here, and again by two; each step by its plainest kernel, without the layouts that ONNX Runtime chooses for a
processor; on processors without AVX-512 and without AVX, and on ARM64. Those are emulated and take minutes a
picture (`qemu-x86_64-static`, and the Python that `tools/emulated_edge.py` brought); what is missing is said.
BENCH_MODELS names a folder in which trained models stay, BENCH_PICTURES how many pictures are asked about,
BENCH_PROCESSORS words of the names of the processors wanted.

    python -m bench.edge_golden [SET …]
"""

import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from PIL import Image
from tools.emulated_edge import CPU, emulated_python

import vedette
from bench.common import machine, percentile
from bench.edge_8bit import BUDGET, SETS
from vedette.learn.quantize import PLANS, quantize_network
from vedette.runtime.golden import TOLERANCES, GoldenAnswer, read_answer
from vedette.runtime.model import Model
from vedette.runtime.package import open_package, write_package
from vedette.vision.annotations import Sample
from vedette.workers.golden import LONGEST_SIDE, QUALITY

ROOT = Path(__file__).parent.parent
MODELS = os.environ.get("BENCH_MODELS", "")
PICTURES = int(os.environ.get("BENCH_PICTURES", "16"))
PROCESSORS = os.environ.get("BENCH_PROCESSORS", ",").split(",")
HERE, TWO_THREADS, PLAIN = "here", "two threads", "plainest kernels"
OPTIONS: dict[str, tuple[str, ...]] = {TWO_THREADS: ("--threads", "2"), PLAIN: ("--plain",)}
EMULATOR = "qemu-x86_64-static"
HOUR_S = 3600.0


def processors() -> dict[str, tuple[list[str], Mapping[str, str]]]:
    """Return how Python is started on each processor, and with what in its environment beside."""
    plain = [sys.executable]
    found: dict[str, tuple[list[str], Mapping[str, str]]] = {
        name: (plain, {}) for name in (HERE, TWO_THREADS, PLAIN)
    }
    if shutil.which(EMULATOR):
        found["no AVX-512 (Haswell)"] = ([EMULATOR, "-cpu", "Haswell", *plain], {})
        found["no AVX (Nehalem)"] = ([EMULATOR, "-cpu", "Nehalem", *plain], {})
    else:
        print(f"left out: there is no {EMULATOR} (Debian: qemu-user-static)")
    try:
        python = emulated_python()
    except FileNotFoundError as error:
        print(f"left out: ARM64, {error}")
    else:
        for name, core in (("ARM64 (Cortex-A72)", "cortex-a72"), ("ARM64 with dot products", "cortex-a76")):
            found[name] = (list(python.words), {**python.environment, CPU: core})
    return {
        name: how for name, how in found.items() if name == HERE or any(word in name for word in PROCESSORS)
    }


def prepared(name: str, place: Path) -> tuple[dict[str, Path], list[Path]]:
    """Return a set's model in both precisions, and pictures as golden ones are."""
    learnt, judged = SETS[name](place)
    home = Path(MODELS or place)
    package, eight = (home / f"{name.replace(', ', '-')}-{kind}" for kind in ("model", "int8"))
    if not package.exists():
        with contextlib.redirect_stdout(io.StringIO()):
            vedette.train(learnt, test=judged, out=package, budget=BUDGET)
    if not eight.exists():
        write_eight_bits(package, learnt, eight)
    packages = {"float32": package, **({"int8": eight} if eight.exists() else {})}
    step = max(1, len(judged) // PICTURES)
    files = []
    for number, sample in enumerate(judged[::step][:PICTURES]):
        files.append(place / f"{number}.jpg")
        with Image.open(sample.picture) as picture:
            small = picture.convert("RGB")
        small.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        small.save(files[-1], "JPEG", quality=QUALITY)
    return packages, files


def write_eight_bits(package: Path, learnt: Sequence[Sample], to: Path) -> None:
    """Write a package in 8 bits, whatever its figures are."""
    opened = open_package(package)
    model = Model(opened.facts, opened.model, threads=1)
    network = quantize_network(opened, model, [sample.picture for sample in learnt][:50], PLANS[0])
    if network is not None:
        write_package(to, model=network, facts=opened.facts, evaluation={}, card=opened.card)


def answers_of(
    words: Sequence[str], more: Mapping[str, str], package: Path, pictures: Sequence[Path], *options: str
) -> list[GoldenAnswer]:
    """Return what a package answers on a processor."""
    command = [*words, "-m", "bench.edge_answers", str(package), *map(str, pictures)]
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}", **more}
    ran = subprocess.run(
        [*command, *options],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=HOUR_S,
        check=False,
    )
    if ran.returncode:
        raise RuntimeError(ran.stderr[-2000:])
    return [read_answer(fields) for fields in json.loads(ran.stdout)]


def distances(first: GoldenAnswer, second: GoldenAnswer) -> list[float]:
    """Return how far scores and findings are apart; a finding with no like on the other side by all of it."""
    if first.score is not None and second.score is not None:
        return [abs(first.score - second.score)]
    found = []
    for findings, others in ((first.findings, second.findings), (second.findings, first.findings)):
        for row in findings:
            same = [other for other in others if other.label == row.label]
            if row.box is not None:
                same = [other for other in same if covers(row.box, other.box)]
            found.append(
                min((abs(row.confidence - other.confidence) for other in same), default=row.confidence)
            )
    return found


def covers(box: object, other: object) -> bool:
    """Say whether two boxes are of one thing, as golden pictures are compared."""
    from vedette.runtime.golden import ALIKE_BOX, _overlap

    return _overlap(box, other) >= ALIKE_BOX  # type: ignore[arg-type]


def main() -> None:
    """Print a row a set, precision and processor, and the worst of all."""
    print(machine())
    places = processors()
    print("| set | precision | processor | compared | median | 99 % | most |\n|---|---|---|---|---|---|---|")
    everything: dict[tuple[str, str], list[float]] = {}
    for name in sys.argv[1:] or [name for name in SETS if name.startswith("example")]:
        with tempfile.TemporaryDirectory(prefix="vedette-bench-") as folder:
            packages, pictures = prepared(name, Path(folder))
            for precision, package in packages.items():
                base = answers_of(*places[HERE], package, pictures)
                for processor, (words, more) in places.items():
                    options = OPTIONS.get(processor, ())
                    answers = answers_of(words, more, package, pictures, *options)
                    apart = [value for pair in zip(base, answers, strict=True) for value in distances(*pair)]
                    everything.setdefault((precision, processor), []).extend(apart)
                    print(line(name, precision, processor, apart), flush=True)
    for (precision, processor), apart in everything.items():
        print(line("**all**", precision, processor, apart))
    print(f"tolerances: {dict(TOLERANCES)}")


def line(name: str, precision: str, processor: str, apart: Sequence[float]) -> str:
    """Return a row of the table."""
    apart = apart or [0.0]
    figures = " | ".join(
        f"{value:.1e}" for value in (percentile(apart, 0.5), percentile(apart, 0.99), max(apart))
    )
    return f"| {name} | {precision} | {processor} | {len(apart)} | {figures} |"


if __name__ == "__main__":
    main()
