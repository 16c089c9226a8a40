"""Which task a set of labels means, as the two services decide it; nobody is asked.

    any sample judged normal or anomalous       anomaly; segmentation where an anomaly has a mask
    more pictures with labels than with boxes   classification; multilabel unless all have exactly one
    else, where there are boxes                 detection
    labels in training and boxes in the test    detection: the brand model

Samples that say nothing for the task are left out, and named.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from vedette.errors import Wrong
from vedette.vision.annotations import ANOMALY, NORMAL, Sample, Task
from vedette.vision.images import WHOLE

# Below this an anomaly model has no idea of normal; the services ask for ten and advise twenty.
FEWEST_NORMAL = 5


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be learnt, from which samples; `test` is None where the pipeline must split."""

    task: Task
    labels: tuple[str, ...]
    train: list[Sample]
    test: list[Sample] | None
    left_out: list[Sample]
    is_brand: bool = False


def decide(train: Sequence[Sample], test: Sequence[Sample] | None, *, wanted: str = "auto") -> Plan:
    """Return the plan for these samples, or refuse with what is missing."""
    if not train:
        raise Wrong("There is no picture to train with: label some and try again.")
    train, test = _as_wanted(train, wanted), None if test is None else _as_wanted(test, wanted)
    if any(sample.is_anomalous is not None for sample in train):
        plan = _anomaly(train, test)
    else:
        plan = _labels_or_boxes(train, test)
    if wanted not in ("auto", plan.task) and (wanted, plan.task) != ("multilabel", "classification"):
        raise Wrong(f"The labels of these pictures are for {plan.task}, not for {wanted}.")
    if wanted == "multilabel":
        plan = replace(plan, task="multilabel")
    _refuse_poor(plan)
    return plan


def _as_wanted(samples: Sequence[Sample], wanted: str) -> list[Sample]:
    """Return the samples as the wanted task reads them: anomalies may be taken as two plain labels."""
    if wanted in ("classification", "multilabel"):
        return [
            replace(
                sample, labels=(ANOMALY if sample.is_anomalous else NORMAL,), is_anomalous=None, mask=None
            )
            if sample.is_anomalous is not None
            else sample
            for sample in samples
        ]
    if wanted == "anomaly":
        return [replace(sample, mask=None) for sample in samples]
    return list(samples)


def _anomaly(train: Sequence[Sample], test: Sequence[Sample] | None) -> Plan:
    usable, tested, rest = _keep(train, test, lambda sample: sample.is_anomalous is not None)
    types = {
        label
        for sample in usable
        if sample.is_anomalous and sample.mask
        for label in sample.mask.colors.values()
    }
    task: Task = "segmentation" if types else "anomaly"
    labels = tuple(sorted(types)) if types else (ANOMALY,)
    return Plan(task, labels, usable, tested, rest)


def _labels_or_boxes(train: Sequence[Sample], test: Sequence[Sample] | None) -> Plan:
    if _prefers_boxes(train):
        return _detection(train, test)
    if test and not any(sample.labels for sample in test) and any(sample.boxes for sample in test):
        return _brand(train, test)
    usable, tested, rest = _keep(train, test, lambda sample: bool(sample.labels))
    labels = tuple(sorted({label for sample in usable for label in sample.labels}))
    is_single = all(len(set(sample.labels)) == 1 for sample in usable)
    return Plan("classification" if is_single else "multilabel", labels, usable, tested, rest)


def _prefers_boxes(samples: Sequence[Sample]) -> bool:
    boxed = sum(1 for sample in samples if sample.boxes)
    labelled = sum(1 for sample in samples if sample.labels)
    return boxed > 0 and boxed >= labelled


def _detection(train: Sequence[Sample], test: Sequence[Sample] | None) -> Plan:
    usable, tested, rest = _keep(train, test, lambda sample: sample.boxes is not None)
    labels = tuple(sorted({label for sample in usable for label, _ in sample.boxes or ()}))
    return Plan("detection", labels, usable, tested, rest)


def _brand(train: Sequence[Sample], test: Sequence[Sample]) -> Plan:
    """Return the brand model's plan: a picture of a logo is one box around all of it."""
    usable, _, rest = _keep(train, None, lambda sample: bool(sample.labels))
    whole = [replace(s, boxes=tuple((label, WHOLE) for label in s.labels)) for s in usable]
    tested, _, more = _keep(test, None, lambda sample: sample.boxes is not None)
    labels = tuple(sorted({label for sample in usable for label in sample.labels}))
    return Plan("detection", labels, whole, tested, rest + more, is_brand=True)


def _keep(
    train: Sequence[Sample], test: Sequence[Sample] | None, says: Callable[[Sample], bool]
) -> tuple[list[Sample], list[Sample] | None, list[Sample]]:
    """Return the training and test samples that say something for the task, and the rest."""
    rest = [sample for sample in (*train, *(test or ())) if not says(sample)]
    tested = None if test is None else [sample for sample in test if says(sample)]
    return [sample for sample in train if says(sample)], tested, rest


def _refuse_poor(plan: Plan) -> None:
    """Refuse what no training could learn from, with what to add."""
    if plan.test is not None and not plan.test:
        raise Wrong(
            f"No picture of the test part is labelled for {plan.task}: label it as the training part."
        )
    if plan.task in ("anomaly", "segmentation"):
        _refuse_few_normal(plan)
    elif not plan.labels:
        raise Wrong("No picture has a label or a box: label some and try again.")
    elif plan.task != "detection":
        _refuse_few_labels(plan)


def _refuse_few_normal(plan: Plan) -> None:
    normal = sum(1 for sample in plan.train if not sample.is_anomalous)
    if normal < FEWEST_NORMAL:
        raise Wrong(
            f"{normal} normal pictures are too few to learn what is normal: "
            f"add {FEWEST_NORMAL - normal} or more (twenty are advised)."
        )


def _refuse_few_labels(plan: Plan) -> None:
    if len(plan.labels) < 2:
        raise Wrong(
            f'All pictures have the one label "{plan.labels[0]}": add pictures of at least one other.'
        )
    counts = Counter(label for sample in plan.train for label in set(sample.labels))
    fewest = 1 if plan.test is not None else 2
    for label in plan.labels:
        if counts[label] < fewest:
            raise Wrong(
                f'Label "{label}" has {counts[label]} picture, too few to train and to test with: '
                "add two or more, or give a test set."
            )
