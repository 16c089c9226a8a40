"""The task out of the labels."""

from pathlib import Path

import pytest

from vedette.errors import Wrong
from vedette.learn.task import decide
from vedette.vision.annotations import Box, Mask, Sample

BOX = Box(0.1, 0.1, 0.5, 0.5)


def labelled(*labels, count=3):
    return [Sample(Path(f"{label}{i}.png"), (label,)) for label in labels for i in range(count)]


def boxed(label="dog", count=3):
    return [Sample(Path(f"box{i}.png"), boxes=((label, BOX),)) for i in range(count)]


def judged(normal=10, anomalous=0, mask=None):
    plain = [Sample(Path(f"n{i}.png"), is_anomalous=False) for i in range(normal)]
    return plain + [Sample(Path(f"a{i}.png"), is_anomalous=True, mask=mask) for i in range(anomalous)]


MASK = Mask(Path("m.png"), {"#ff0000": "dent"})


@pytest.mark.parametrize(
    ("train", "task", "labels"),
    [
        (labelled("cat", "dog"), "classification", ("cat", "dog")),
        ([*labelled("cat", "dog"), Sample(Path("x.png"), ("cat", "dog"))], "multilabel", ("cat", "dog")),
        (boxed(), "detection", ("dog",)),
        (boxed(count=3) + labelled("cat"), "detection", ("dog",)),
        (boxed(count=2) + labelled("cat", "dog"), "classification", ("cat", "dog")),
        (judged(), "anomaly", ("anomaly",)),
        (judged(10, 5), "anomaly", ("anomaly",)),
        (judged(10, 5, MASK), "segmentation", ("dent",)),
    ],
)
def test_the_labels_decide(train, task, labels):
    plan = decide(train, None)
    assert (plan.task, plan.labels) == (task, labels)


def test_labels_in_training_and_boxes_in_the_test_make_a_brand_model():
    plan = decide(labelled("acme", count=3), boxed("acme"))
    assert plan.task == "detection"
    assert plan.is_brand
    assert plan.train[0].boxes == (("acme", Box(0, 0, 1, 1)),)


def test_what_says_nothing_for_the_task_is_left_out():
    plan = decide([*labelled("cat", "dog"), Sample(Path("x.png"))], None)
    assert [sample.picture.name for sample in plan.left_out] == ["x.png"]


def test_anomalies_may_be_taken_as_two_labels():
    plan = decide(judged(10, 5, MASK), None, wanted="classification")
    assert (plan.task, plan.labels) == ("classification", ("anomaly", "normal"))
    assert decide(judged(10, 5, MASK), None, wanted="anomaly").task == "anomaly"


@pytest.mark.parametrize(
    ("train", "test", "wanted", "said"),
    [
        ([], None, "auto", "no picture to train with"),
        (labelled("cat"), None, "auto", 'the one label "cat"'),
        (labelled("cat") + labelled("dog", count=1), None, "auto", 'Label "dog" has 1 picture'),
        (judged(3), None, "auto", "3 normal pictures are too few"),
        (labelled("cat", "dog"), None, "detection", "not for detection"),
        (labelled("cat", "dog"), [Sample(Path("x.png"))], "auto", "No picture of the test part"),
        ([Sample(Path("x.png"))], None, "auto", "No picture has a label or a box"),
    ],
)
def test_what_nobody_could_learn_is_refused_with_the_reason(train, test, wanted, said):
    with pytest.raises(Wrong, match=said):
        decide(train, test, wanted=wanted)
