"""A trained network in 8 bits: weights and what flows between them as bytes, calibrated on training pictures.

Quantised statically by ONNX Runtime's own tool, weights by channel, in the form that its processor kernels
read (QDQ). What decides in the end stays as it was: the last steps, which turn features into probabilities,
cost nothing and are where a rounding shows. Several plans are tried, the boldest first;
the first is kept whose figures on the test pictures stay within DISTANCE of the original's, and which is
faster by LEAST_GAIN. Else there is none, and why is said.
"""

import io
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

from vedette.errors import Wrong
from vedette.evaluation.document import Evaluation, write_evaluation
from vedette.evaluation.headline import headline
from vedette.evaluation.judge import judge
from vedette.runtime.byte_products import want_exact_bytes
from vedette.runtime.graph import refuse_foreign
from vedette.runtime.model import Model
from vedette.runtime.package import Package, open_package, write_package
from vedette.vision.annotations import Sample
from vedette.vision.images import BrokenPicture, Pixels

# How far the F1 on the test pictures may fall: less than that two trainings on the same pictures differ by.
DISTANCE = 0.01
# A model that is not half as fast again is not worth a second file (measured where VNNI is).
LEAST_GAIN = 1.5
# Ranges of 100 pictures hardly differ from those of 50 (docs/experiments.md, 2026-11-29).
CALIBRATED_ON = 50
# Tiles of one picture that calibrate: neighbours look alike.
MOST_BATCHES = 2
TIMED_RUNS = 25
Report = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class QuantizePlan:
    """Which steps become 8-bit: of these kinds, without the last so many of them; ranges by this method."""

    name: str
    steps: tuple[str, ...]
    last_kept: int = 0
    method: CalibrationMethod = CalibrationMethod.MinMax


PLANS = (
    QuantizePlan("convolutions and products", ("Conv", "MatMul", "Gemm"), last_kept=1),
    QuantizePlan("convolutions", ("Conv",)),
    QuantizePlan("convolutions but the last four", ("Conv",), last_kept=4),
)


@dataclass(frozen=True, slots=True)
class QuantizeTrial:
    """How a plan did: the figure that counts before and after, and how many times as fast it is."""

    plan: str
    before: float
    after: float
    gain: float

    @property
    def is_near(self) -> bool:
        """Whether it stays within the distance."""
        return self.after >= self.before - DISTANCE


@dataclass(frozen=True, slots=True)
class QuantizeOutcome:
    """What came of it: the plan that was kept, or why none was, with both evaluations as documents."""

    accepted: QuantizeTrial | None
    trials: Sequence[QuantizeTrial]
    sentence: str
    evaluations: Mapping[str, Mapping[str, Any]]


class PictureRanges(CalibrationDataReader):  # type: ignore[misc]  # the package has no types
    """Gives the calibration what the network is given of pictures, one at a time."""

    def __init__(self, model: Model, pictures: Sequence[Path]) -> None:
        self._batches = self._read(model, pictures)

    def get_next(self) -> dict[str, Pixels] | None:
        """Return the next input; nothing after the last."""
        return next(self._batches, None)

    def _read(self, model: Model, pictures: Sequence[Path]) -> Iterator[dict[str, Pixels]]:
        for picture in pictures:
            try:
                decoded = model.decode(picture)
            except (BrokenPicture, OSError):
                continue
            for number, batch in enumerate(model.batches(decoded)):
                if number < MOST_BATCHES:
                    yield {"pictures": batch}


def quantize_package(
    path: Path,
    calibration: Sequence[Path],
    test: Sequence[Sample],
    to: Path,
    report: Report = lambda stage, count, total: None,
) -> QuantizeOutcome:
    """Write the package at `path` in 8 bits to `to`, where its evaluation allows it, and say what came of it.

    It is calibrated on these training pictures, and both are judged on the same test pictures.
    """
    package = open_package(path)
    if not calibration or not test:
        raise Wrong("Without training and test pictures there is nothing to hold an 8-bit model against.")
    original = Model(package.facts, package.model, threads=1)
    report("judging the original", 0, 1)
    before = judge(original, test, thresholds=package.facts.thresholds).evaluation
    trials: list[QuantizeTrial] = []
    documents = {"float32": write_evaluation(before)}
    for number, plan in enumerate(PLANS):
        report(f"8 bits: {plan.name}", number, len(PLANS))
        network = quantize_network(package, original, spread(calibration, CALIBRATED_ON), plan)
        if network is None:
            continue
        after = judge(
            Model(package.facts, network, threads=1), test, thresholds=package.facts.thresholds
        ).evaluation
        trial = QuantizeTrial(plan.name, figure_of(before), figure_of(after), gain_of(package, network))
        trials.append(trial)
        documents["int8"] = write_evaluation(after)
        if trial.is_near and trial.gain >= LEAST_GAIN:
            _write(package, network, after, to)
            return QuantizeOutcome(trial, trials, _kept_sentence(trial), documents)
    return QuantizeOutcome(None, trials, _refused_sentence(trials), documents)


def quantize_network(
    package: Package, model: Model, pictures: Sequence[Path], plan: QuantizePlan
) -> bytes | None:
    """Return a package's network in 8 bits by a plan; nothing where it has no step that the plan names."""
    with tempfile.TemporaryDirectory(prefix="vedette-8bit-") as folder:
        source, plain, target = (Path(folder) / name for name in ("in.onnx", "plain.onnx", "out.onnx"))
        source.write_bytes(_bytes_of(package))
        # Batch normalisations go into the convolutions before them, which 8-bit convolutions need.
        quant_pre_process(str(source), str(plain), skip_symbolic_shape=True)
        graph = onnx.load(str(plain))
        nodes = _chosen(graph, plan)
        if not nodes:
            return None
        quantize_static(
            graph,
            str(target),
            PictureRanges(model, pictures),
            op_types_to_quantize=list(plan.steps),
            nodes_to_quantize=nodes,
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            calibrate_method=plan.method,
            extra_options={"MatMulConstBOnly": True},
        )
        return _plain(onnx.load(str(target)))


def figure_of(evaluation: Evaluation) -> float:
    """Return the figure that decides: the F1 over all labels, of pictures, boxes or anomalies alike."""
    short = headline(evaluation)
    return float(short["f1"])


def gain_of(package: Package, network: bytes) -> float:
    """Return how many times as fast a network is as the package's own, on one core."""
    batch = np.full((1, *package.facts.input_size, 3), 128, np.uint8)
    sessions = [_session(_bytes_of(package)), _session(network)]
    seconds: list[list[float]] = [[], []]
    for _ in range(TIMED_RUNS):
        for session, times in zip(sessions, seconds, strict=True):
            started = time.perf_counter()
            session.run(None, {"pictures": batch})
            times.append(time.perf_counter() - started)
    # The quickest run of each is the one that nothing else on the machine disturbed.
    before, after = (min(times) for times in seconds)
    return before / after


def spread(items: Sequence[Path], count: int) -> list[Path]:
    """Return so many of the items, evenly from all of them."""
    if len(items) <= count:
        return list(items)
    return [items[number * len(items) // count] for number in range(count)]


def _session(network: bytes) -> Any:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = 1
    want_exact_bytes(options)  # timed as it will run
    return onnxruntime.InferenceSession(network, options, providers=["CPUExecutionProvider"])


def _chosen(graph: Any, plan: QuantizePlan) -> list[str]:
    """Return the names of the steps that become 8-bit; steps without a name get one."""
    for number, node in enumerate(graph.graph.node):
        if not node.name:
            node.name = f"step_{number}"
    names = [node.name for node in graph.graph.node if node.op_type in plan.steps]
    return names[: len(names) - plan.last_kept] if plan.last_kept else names


def _plain(graph: Any) -> bytes:
    """Return a network as a package may hold it: of the standard steps alone, without notes."""
    opsets = [opset for opset in graph.opset_import if opset.domain in ("", "ai.onnx")]
    del graph.opset_import[:]
    graph.opset_import.extend(opsets)
    del graph.metadata_props[:]
    file = io.BytesIO()
    onnx.save(graph, file)
    refuse_foreign(file.getvalue(), "The 8-bit network")
    return file.getvalue()


def _bytes_of(package: Package) -> bytes:
    return package.model if isinstance(package.model, bytes) else package.model.read_bytes()


def _write(package: Package, network: bytes, evaluation: Evaluation, to: Path) -> None:
    facts = replace(
        package.facts,
        metrics=headline(evaluation),
        recipe={**package.facts.recipe, "precision": "int8"},
    )
    write_package(to, model=network, facts=facts, evaluation=write_evaluation(evaluation), card=package.card)


def _kept_sentence(trial: QuantizeTrial) -> str:
    return (
        f"8-bit ({trial.plan}): F1 {trial.after:.3f} on the test pictures, {trial.before:.3f} before; "
        f"{trial.gain:.1f} times as fast where it was made."
    )


def _refused_sentence(trials: Sequence[QuantizeTrial]) -> str:
    if not trials:
        return "An 8-bit model was asked for; no step of the network gains by it, so it stays as it is."
    nearest = max(trials, key=lambda trial: (trial.is_near, trial.after, trial.gain))
    if not nearest.is_near:
        return (
            f"An 8-bit model was asked for; its F1 on the test pictures was {nearest.after:.3f} where the "
            f"original's is {nearest.before:.3f}, more than {DISTANCE} below, so the original is in it."
        )
    return (
        f"An 8-bit model was asked for; it was {nearest.gain:.1f} times as fast, less than {LEAST_GAIN}, so "
        "the original is in it."
    )
