"""A package's network as OpenVINO's intermediate representation, compared with the original before it stands.

    model.xml, model.bin   the network, with all its bits
    vedette.json           the package's facts: task, labels, thresholds, size
    check.json             by how much each output differs from ONNX Runtime's, and on how many pictures

OpenVINO's own command tells its makers about conversions. That part of it is not called here, and what it
would send by is never loaded (decisions/0152, 0448).
"""

import json
import math
import secrets
import shutil
import sys
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vedette.errors import Missing, Wrong
from vedette.runtime.facts import write_facts
from vedette.runtime.model import Model
from vedette.runtime.package import Package, open_package
from vedette.runtime.session import HEATMAP, OnnxSession
from vedette.vision.files import pictures_in
from vedette.vision.images import Pixels

# As for what a training exports: where two runtimes differ by more, they are two models.
TOLERANCE = 1e-3
MOST_PICTURES = 64
PATTERNS = 8
SEED = 448


def write_openvino(path: Path, out: Path, check: Path | None) -> Mapping[str, float]:
    """Write the folder whole or not at all; return by how much each output differs at most.

    Raises:
        Wrong: where OpenVINO cannot read the network, or answers otherwise than ONNX Runtime.
    """
    if out.exists():
        raise Wrong(f"There is a {out} already; nothing is written over.", kind="folder", name=str(out))
    package = open_package(path)
    pictures = list(_pictures(package, check))
    network, differences = _compared(package, pictures)
    beside = out.with_name(f".{out.name}.{secrets.token_hex(4)}")
    beside.mkdir(parents=True)
    try:
        _openvino().save_model(network, beside / "model.xml", compress_to_fp16=False)
        (beside / "vedette.json").write_text(json.dumps(write_facts(package.facts), ensure_ascii=False))
        facts = {
            "pictures": len(pictures),
            "patterns": check is None,
            "largest_difference": differences,
            "openvino": str(_openvino().__version__),
        }
        (beside / "check.json").write_text(json.dumps(facts, indent=1) + "\n")
        beside.rename(out)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return differences


def _openvino() -> Any:
    # The package beside it sends what was converted; where that cannot be imported OpenVINO does without.
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    import openvino

    return openvino


def _pictures(package: Package, check: Path | None) -> Iterator[Pixels]:
    """Yield what the network would be given: the first views of real pictures, or patterns."""
    if check is not None:
        if not check.is_dir():
            raise Missing(f"There is no folder {check}.", kind="folder", name=str(check))
        files = list(islice(pictures_in(check), MOST_PICTURES))
        if not files:
            raise Missing(f"There is no picture below {check}.", kind="folder", name=str(check))
        model = Model(package.facts, package.model, name=package.facts.task)
        for file in files:
            yield next(iter(model.batches(model.decode(file))))[:1]
        return
    draw = np.random.default_rng(SEED)
    height, width = package.facts.input_size
    for number in range(PATTERNS):
        coarse = draw.integers(0, 256, (1, 2 + number, 2 + number, 3), dtype=np.uint8)
        rows = np.linspace(0, 1 + number, height).round().astype(int)
        columns = np.linspace(0, 1 + number, width).round().astype(int)
        yield coarse[:, rows][:, :, columns]


def _compared(package: Package, pictures: list[Pixels]) -> tuple[Any, dict[str, float]]:
    """Return the network as OpenVINO has it, and by how much each output differs."""
    core, network = _openvino().Core(), package.model
    session = OnnxSession(network, package.facts.task, name="the network")
    try:
        converted = core.read_model(network if isinstance(network, bytes) else str(network))
        # Some processors are given sixteen bits otherwise, which is another model.
        compiled = core.compile_model(converted, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
        answers = [
            {output.get_any_name(): values for output, values in compiled([picture]).items()}
            for picture in pictures
        ]
    except RuntimeError as fault:
        reason = str(fault).strip().splitlines()[-1][:200]
        raise Wrong(f"OpenVINO cannot run the network: {reason}") from fault
    differences: dict[str, float] = {}
    for picture, answer in zip(pictures, answers, strict=True):
        for name, values in session.run(picture, heatmap=True).items():
            if name == HEATMAP and name not in answer:
                continue  # drawn out of the masks, and no output of the network
            apart = _apart(values, answer.get(name))
            # No number at all is no agreement: `max` would pass it over.
            differences[name] = max(differences.get(name, 0.0), math.inf if math.isnan(apart) else apart)
    worst = max(differences, key=lambda name: differences[name])
    if not differences[worst] <= TOLERANCE:
        raise Wrong(
            f"OpenVINO answers otherwise: {worst} differs by {differences[worst]:.2g}, "
            f"and {TOLERANCE:g} is allowed. Nothing was written."
        )
    return converted, differences


def _apart(values: NDArray[Any], others: NDArray[Any] | None) -> float:
    """Return by how much two outputs differ at most; infinitely where one is missing or of another shape."""
    if others is None or np.shape(values) != np.shape(others):
        return math.inf
    apart = np.abs(np.asarray(values, np.float64) - np.asarray(others, np.float64))
    return float(apart.max(initial=0.0))
