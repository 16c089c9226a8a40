"""A foreign network from its file to a package: taken in, wrapped, judged on labelled pictures, packaged.

The test part judges and decides nothing. Thresholds are the card's; those that it does not give are chosen
on the training part, which teaches nothing else here, and are a half without one.
"""

import hashlib
import json
import platform
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import onnxruntime

import vedette
from vedette.clock import Clock, system_clock
from vedette.errors import Wrong
from vedette.evaluation.document import Evaluation, write_evaluation
from vedette.evaluation.evaluate import evaluate
from vedette.evaluation.headline import headline
from vedette.evaluation.judge import Observe, judge_picture, observe_nothing
from vedette.evaluation.judged import JudgedPicture
from vedette.file_access import read_file, size_of, write_file
from vedette.learn.foreign.card import ForeignCard, read_card
from vedette.learn.foreign.network import take_in
from vedette.learn.foreign.wrap import facts_of, wrap
from vedette.learn.order import UnusablePicture
from vedette.learn.outcome import TrainingOutcome
from vedette.report.card import BROUGHT_IN, model_card
from vedette.runtime.facts import PackageFacts
from vedette.runtime.model import Model
from vedette.runtime.package import refuse_strangers, write_package
from vedette.runtime.package_files import MODEL, MOST_BYTES
from vedette.vision.annotations import ANOMALY, Sample
from vedette.vision.images import BrokenPicture

# Pictures of the training part that thresholds are chosen on; more would move them by less than they are
# worth, and each is a run of the network.
MOST_CALIBRATING = 500
MOST_CARD_BYTES = 4 * 1024**2

Tell = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class BringOrder:
    """What to bring in, where its package goes, and what it is judged on."""

    network: Path
    card: Path
    out: Path
    train: Sequence[Sample] = ()
    test: Sequence[Sample] = ()
    # The file's name as its owner knows it.
    name: str = ""
    left_out: Sequence[UnusablePicture] = field(default=())

    @property
    def file_name(self) -> str:
        """How the file is called in sentences."""
        return self.name or self.network.name


def tell_nobody(stage: str, number: int, of: int) -> None:
    """Let what is told go."""
    del stage, number, of


def bring(
    order: BringOrder,
    *,
    tell: Tell = tell_nobody,
    show: Observe = observe_nothing,
    clock: Clock = system_clock,
) -> TrainingOutcome:
    """Make a package of a foreign network; `show` sees what it says of each test picture."""
    refuse_strangers(order.out)
    tell("reading the network", 0, 1)
    card = open_card(order.card, order.file_name)
    if size_of(order.network) > MOST_BYTES[MODEL]:
        raise Wrong(
            f"{order.file_name} has {size_of(order.network):,} bytes; {MOST_BYTES[MODEL]:,} are the most."
        )
    data = read_file(order.network)
    wrapped = wrap(take_in(data, order.file_name, input_name=card.input.name), card)
    train, test = samples_for(card, order.train, "training"), samples_for(card, order.test, "test")
    facts = describe(card, order, data, clock)
    facts = replace(facts, colors=colors_of([*train, *test]))
    with tempfile.TemporaryDirectory(prefix="vedette-") as folder:
        file = Path(folder) / MODEL
        write_file(file, wrapped)
        judge = _Judge(card, Model(facts, file, name=order.file_name), tell)
        thresholds = judge.thresholds(train)
        judge.model.facts = facts = replace(facts, thresholds=thresholds)
        pictures = judge.all("evaluating", test, show)
        evaluation = judge.evaluate(pictures, [*train, *test], thresholds)
        left_out = [*order.left_out, *judge.broken]
        evaluation = replace(evaluation, left_out=len(left_out))
        counts = {"training_pictures": 0, "threshold_pictures": len(train), "test_pictures": len(pictures)}
        facts = replace(
            facts,
            metrics=headline(evaluation) if pictures else {},
            data={**counts, "left_out": len(left_out)},
        )
        tell("packaging", 0, 1)
        write_package(
            order.out,
            model=file,
            facts=facts,
            evaluation=write_evaluation(evaluation),
            card=model_card(facts, evaluation if pictures else None),
        )
    return TrainingOutcome(order.out, facts, evaluation, judge.broken, left_out)


def open_card(path: Path, name: str) -> ForeignCard:
    """Return the card in a file."""
    if size_of(path) > MOST_CARD_BYTES:
        raise Wrong(f"{name}: the card has more than {MOST_CARD_BYTES:,} bytes.", kind="card", name=name)
    try:
        document = json.loads(read_file(path))
    except (ValueError, RecursionError) as error:
        raise Wrong(f"{name}: the card is not JSON: {error}.", kind="card", name=name) from error
    return read_card(document, name)


def samples_for(card: ForeignCard, samples: Sequence[Sample], part: str) -> list[Sample]:
    """Return the samples that say something for the card's task; refuse labels that the card lacks."""
    labels_of_card = set(card.told)
    if card.task in ("anomaly", "segmentation"):
        usable = [sample for sample in samples if sample.is_anomalous is not None]
        if card.task == "anomaly":
            return _some(card, [replace(s, mask=None, labels=()) for s in usable], samples, part)
        labels = {label for s in usable if s.mask for label in s.mask.colors.values()}
    elif card.task == "detection":
        usable = [sample for sample in samples if sample.boxes is not None]
        labels = {label for sample in usable for label, _ in sample.boxes or ()}
    else:
        usable = [sample for sample in samples if sample.labels and sample.is_anomalous is None]
        labels = {label for sample in usable for label in sample.labels}
    if unknown := sorted(labels - labels_of_card):
        near = [label for label in card.told if label.casefold() == unknown[0].casefold()]
        hint = f" It has {near[0]!r}, which differs in case." if near else ""
        raise Wrong(
            f"The {part} pictures have the label {unknown[0]!r}, which the card does not have.{hint} "
            "Write the dataset's names into the card, in the order of the network's outputs.",
            kind="card",
        )
    return _some(card, usable, samples, part)


def _some(card: ForeignCard, usable: list[Sample], samples: Sequence[Sample], part: str) -> list[Sample]:
    if samples and not usable:
        raise Wrong(f"No picture of the {part} part is labelled for {card.task}, which the card says.")
    return usable


def colors_of(samples: Sequence[Sample]) -> dict[str, str]:
    """Return the colour of each type, as masks of the dataset have it."""
    masks = (sample.mask for sample in samples if sample.mask)
    return {label: color for mask in masks for color, label in mask.colors.items()}


def describe(card: ForeignCard, order: BringOrder, data: bytes, clock: Clock) -> PackageFacts:
    """Return what the package says about its model, before it is judged."""
    digest = hashlib.sha256(data).hexdigest()
    origin = {"licence": card.licence, "origin": card.origin}
    return replace(
        facts_of(card),
        created=clock().isoformat(timespec="seconds"),
        recipe={"recipe": BROUGHT_IN, "layout": card.output.layout, "sha256": digest},
        backbone={
            "name": order.file_name,
            "revision": f"sha256:{digest[:12]}",
            **{name: value for name, value in origin.items() if value},
        },
        versions={
            "vedette": vedette.__version__,
            "onnxruntime": onnxruntime.__version__,
            "numpy": np.__version__,
            "python": platform.python_version(),
        },
    )


class _Judge:
    """Holds the model against labelled pictures; those that cannot be read do not count."""

    def __init__(self, card: ForeignCard, model: Model, tell: Tell) -> None:
        self.card, self.model, self._tell = card, model, tell
        self.broken: list[UnusablePicture] = []

    def all(self, stage: str, samples: Sequence[Sample], show: Observe) -> list[JudgedPicture]:
        """Return the model's answers, one after another."""
        pictures = []
        for number, sample in enumerate(samples):
            self._tell(stage, number, len(samples))
            try:
                pictures.append(judge_picture(self.model, sample, observe=show))
            except BrokenPicture as broken:
                self.broken.append(UnusablePicture(sample.picture, broken.sentence))
        if samples and not pictures:
            raise Wrong(f"None of {len(samples)} pictures can be read; the first: {self.broken[0].why}")
        return pictures

    def thresholds(self, train: Sequence[Sample]) -> dict[str, float]:
        """Return a threshold for each label: the card's, or what the pictures say, or a half."""
        fixed = dict(self.card.thresholds)
        names = (ANOMALY,) if self.card.task in ("anomaly", "segmentation") else self.card.told
        if not train or set(names) <= set(fixed):
            return {**dict.fromkeys(names, 0.5), **fixed}
        places = np.linspace(0, len(train) - 1, min(len(train), MOST_CALIBRATING)).astype(int)
        calibrating = [train[place] for place in places]
        pictures = self.all("choosing thresholds", calibrating, observe_nothing)
        best = self.evaluate(pictures, calibrating, None).thresholds
        return {**dict.fromkeys(names, 0.5), **best, **fixed}

    def evaluate(
        self,
        pictures: Sequence[JudgedPicture],
        samples: Sequence[Sample],
        thresholds: dict[str, float] | None,
    ) -> Evaluation:
        """Return the evaluation, of the labels that occur in the samples."""
        labels = [label for label in self.card.told if label in occurring(self.card, samples)]
        answers = [_of_labels(picture, labels) for picture in pictures]
        return evaluate(self.card.task, labels, answers, thresholds=thresholds)


def occurring(card: ForeignCard, samples: Sequence[Sample]) -> set[str]:
    """Return the labels that somebody gave to a picture; all of them where nobody gave any."""
    names = {label for sample in samples for label in sample.labels}
    names |= {label for sample in samples for label, _ in sample.boxes or ()}
    names |= {label for sample in samples if sample.mask for label in sample.mask.colors.values()}
    return names or set(card.told)


def _of_labels(picture: JudgedPicture, labels: Sequence[str]) -> JudgedPicture:
    """Return an answer without the labels that the pictures have nothing to say of: of eighty, the two."""
    if not picture.findings or picture.sample.is_anomalous is not None:
        return picture
    return replace(picture, findings=tuple(f for f in picture.findings if f.label in labels))
