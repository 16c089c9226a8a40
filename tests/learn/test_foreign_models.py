"""Networks made elsewhere: taken in by their card, checked, wrapped, judged and packaged."""

import json
import pickle
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

from vedette.engines.local import LocalEngine
from vedette.engines.port import Event, Job
from vedette.errors import Wrong
from vedette.learn.foreign.bring import BringOrder, bring
from vedette.learn.foreign.card import read_card
from vedette.learn.foreign.network import take_in
from vedette.runtime.model import load
from vedette.vision.annotations import Box, Sample

SIDE = 32
PLACES = {"network": "net.onnx", "card": "net.json", "out": "package"}


def network(nodes, outputs, numbers=(), *, shape=(1, 3, SIDE, SIDE), opset=13, name="images", more=()):
    """Return an ONNX file as other tools write it."""
    graph = helper.make_graph(
        nodes,
        "foreign",
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info(output, TensorProto.FLOAT, None) for output in outputs],
        [numpy_helper.from_array(np.asarray(values), key) for key, values in dict(numbers).items()],
    )
    opsets = [helper.make_opsetid("", opset), *more]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8).SerializeToString()


def fixed(values, output="output0", **options):
    """Return a network that answers the same to every picture, whatever its layout."""
    nodes = [
        helper.make_node("ReduceMean", ["images"], ["mean"], axes=[0, 1, 2, 3], keepdims=0),
        helper.make_node("Mul", ["mean", "nothing"], ["zero"]),
        helper.make_node("Add", ["values", "zero"], [output]),
    ]
    numbers = {"nothing": np.float32(0), "values": np.asarray(values, np.float32)}
    return network(nodes, [output], numbers, **options)


def reddest():
    """Return a classifier of three logits, the mean of each channel, times ten."""
    nodes = [
        helper.make_node("GlobalAveragePool", ["images"], ["pooled"]),
        helper.make_node("Dropout", ["pooled"], ["kept"]),
        helper.make_node("Flatten", ["kept"], ["flat"], axis=1),
        helper.make_node("Mul", ["flat", "ten"], ["scores"]),
    ]
    return network(nodes, ["scores"], {"ten": np.float32(10)}, more=[helper.make_opsetid("ai.onnx.ml", 2)])


def a_card(task, output, labels=None, **more):
    card = {"task": task, "input": {"height": SIDE, "width": SIDE}, "output": output, **more}
    return {**card, **({"labels": labels} if labels else {})}


@pytest.fixture
def brought(tmp_path):
    """Return a function that brings a network in and returns its model."""

    def begin(data, card, **parts):
        (tmp_path / "net.onnx").write_bytes(data)
        (tmp_path / "net.json").write_text(json.dumps(card))
        order = BringOrder(tmp_path / "net.onnx", tmp_path / "net.json", tmp_path / "package", **parts)
        outcome = bring(order)
        model = load(tmp_path / "package")
        model.outcome = outcome
        return model

    return begin


def plain(color, size=(SIDE, SIDE)):
    return np.full((size[1], size[0], 3), color, np.uint8)


def picture(folder, name, color):
    Image.fromarray(plain(color)).save(folder / name)
    return folder / name


def test_a_classifier_of_foreign_logits_answers_as_its_softmax(brought):
    model = brought(reddest(), a_card("classification", {"activation": "softmax"}, ["red", "green", "blue"]))
    answer = model.detect(plain((255, 0, 0)))
    wanted = np.exp([10, 0, 0]) / np.exp([10, 0, 0]).sum()
    assert [answer.scores[label] for label in ("red", "green", "blue")] == pytest.approx(wanted, abs=1e-6)
    assert [finding.label for finding in answer.findings] == ["red"]


def test_mean_std_and_the_order_of_channels_are_those_of_the_card(brought):
    card = a_card("multilabel", {"activation": "none"}, ["first", None, "third"])
    card["input"] |= {"channels": "BGR", "scale": 1, "mean": [10, 0, 55], "std": [1000, 1, 400]}
    answer = brought(reddest(), card).detect(plain((95, 3, 20)))
    assert answer.scores == pytest.approx({"first": 0.1, "third": 1.0}, abs=1e-6)


def test_a_network_that_wants_gray_pictures_last_gets_them(brought):
    nodes = [helper.make_node("ReduceMean", ["images"], ["scores"], axes=[1, 2], keepdims=0)]
    data = network(nodes, ["scores"], shape=("n", SIDE, SIDE, 1))
    card = a_card("multilabel", {}, ["light"])
    card["input"] |= {"channels": "gray", "layout": "NHWC"}
    assert brought(data, card).detect(plain((255, 0, 0))).scores["light"] == pytest.approx(0.299, abs=1e-6)


# Two boxes of an input of 32 pixels, one of them empty of anything.
YOLO8 = [[16, 8, 8, 16, 0.9, 0.1], [8, 8, 4, 4, 0.2, 0.3]]
YOLO5 = [[16, 8, 8, 16, 0.9, 1.0, 0.1], [8, 8, 4, 4, 0.4, 0.2, 0.75]]
WIDE = Box(12 / 32, 0, 8 / 32, 16 / 32)


def findings(model, size=(SIDE, SIDE), least=0.25):
    return [
        (f.label, round(f.confidence, 4), tuple(round(getattr(f.box, side), 4) for side in Box.__slots__))
        for f in model.detect(plain(0, size), min_confidence=least).findings
    ]


CAT = ("cat", 0.9, (0.375, 0.0, 0.25, 0.5))
DOG = ("dog", 0.3, (0.1875, 0.1875, 0.125, 0.125))


@pytest.mark.parametrize(
    ("values", "layout"),
    [
        ([YOLO8], "yolov8"),
        (np.array([YOLO8]).transpose(0, 2, 1), "yolov8"),
        ([YOLO5], "yolov5"),
        (np.array([YOLO5]).transpose(0, 2, 1), "yolov5"),
        ([[[12, 0, 20, 16, 0.9, 0], [6, 6, 10, 10, 0.3, 1]]], "rows"),
        ([[12, 0, 20, 16, 0.9, 0], [6, 6, 10, 10, 0.3, 1]], "rows"),
    ],
)
def test_boxes_of_every_layout_in_one_table_are_the_same_boxes(brought, values, layout):
    model = brought(fixed(values), a_card("detection", {"layout": layout}, ["cat", "dog"]))
    assert findings(model) == [CAT, DOG]


def grid_of_yolox():
    """Return what YOLOX gives for CAT and DOG: centres and sizes in steps of the grid that a box is of."""
    rows = np.zeros((sum((SIDE // stride) ** 2 for stride in (8, 16, 32)), 7))
    # The second row and third place of the finest grid; the first place of the next.
    rows[6] = (16 / 8 - 2, 8 / 8 - 1, np.log(8 / 8), np.log(16 / 8), 0.9, 1.0, 0.1)
    rows[16] = (8 / 16, 8 / 16, np.log(4 / 16), np.log(4 / 16), 0.4, 0.2, 0.75)
    return rows[None]


def test_boxes_in_steps_of_a_grid_as_yolox_gives_them(brought):
    card = a_card("detection", {"layout": "yolox"}, ["cat", "dog"])
    assert findings(brought(fixed(grid_of_yolox()), card)) == [CAT, DOG]


def test_a_grid_of_another_input_is_refused(brought):
    card = a_card("detection", {"layout": "yolox"}, ["cat", "dog"])
    with pytest.raises(Wrong, match="gives 1 × 20 × 7, where 7 numbers for each place of grids of 8, 16 and"):
        brought(fixed(grid_of_yolox()[:, 1:]), card)


@pytest.mark.parametrize(
    ("values", "output", "labels", "score"),
    [
        ([[0.2, 0.7, 0.1]], {"layout": "scores"}, [None, "crack", "hole"], 0.7),
        ([YOLO8], {"layout": "yolov8"}, ["crack", "hole"], 0.9),
        ([YOLO5], {"layout": "yolov5"}, [None, "hole"], 0.3),
        (grid_of_yolox(), {"layout": "yolox"}, ["crack", None], 0.9),
        ([[12, 0, 20, 16, 0.9, 0], [6, 6, 10, 10, 0.3, 1]], {"layout": "rows"}, [None, "hole"], 0.3),
        ([[0.2, 0.7, 0.1]], {"layout": "scores", "range": [0.2, 1.2]}, [None, "crack", "hole"], 0.5),
    ],
)
def test_a_picture_is_as_anomalous_as_its_surest_label(brought, values, output, labels, score):
    model = brought(fixed(values), a_card("anomaly", output, labels))
    answer = model.detect(plain(0))
    assert answer.score == pytest.approx(score, abs=1e-6)
    assert answer.is_anomalous == (score >= 0.5)
    assert model.facts.labels == ("anomaly",)


def test_a_network_that_finds_no_box_says_that_a_picture_is_normal(brought):
    nodes = [helper.make_node("Gather", ["table", "none"], ["output0"], axis=0)]
    numbers = {"table": np.zeros((2, 6), np.float32), "none": np.zeros((0,), np.int64)}
    model = brought(network(nodes, ["output0"], numbers), a_card("anomaly", {"layout": "rows"}, ["crack"]))
    assert model.detect(plain(0)).score == 0


def test_a_letterbox_is_taken_off_again(brought):
    card = a_card("detection", {"layout": "yolov8"}, ["cat", "dog"])
    card["input"]["resize"] = "letterbox"
    # Twice as wide as high: the picture fills the rows 8 to 24 of 32.
    model = brought(fixed([[[16, 16, 8, 8, 0.9, 0]] * 2]), card)
    assert findings(model, (64, 32)) == [("cat", 0.9, (0.375, 0.25, 0.25, 0.5))]


def detr(form, unit, boxes, *, labels=None, **more):
    """Return a network with boxes and scores apart, and maybe labels."""
    values = {"boxes": boxes, **more}
    if labels is not None:
        values["classes"] = labels
    nodes = [helper.make_node("ReduceMean", ["images"], ["mean"], axes=[0, 1, 2, 3], keepdims=0)]
    nodes.append(helper.make_node("Mul", ["mean", "nothing"], ["zero"]))
    numbers = {"nothing": np.float32(0)}
    for key, value in values.items():
        numbers[f"{key}_"] = np.asarray(value, np.float32)
        nodes.append(helper.make_node("Add", [f"{key}_", "zero"], [key]))
    output = {"layout": "boxes", "name": "boxes", "box_form": form, "box_unit": unit}
    return network(nodes, list(values), numbers), output


def test_logits_over_labels_and_nothing_as_detr_gives_them(brought):
    scores = [[np.log([0.9, 0.05, 0.05]), np.log([0.1, 0.3, 0.6])]]
    data, output = detr(
        "cxcywh", "shares", [[[0.5, 0.25, 0.25, 0.5], [0.25, 0.25, 0.125, 0.125]]], logits=scores
    )
    card = a_card("detection", {**output, "scores": "logits", "activation": "softmax"}, ["cat", "dog", None])
    assert findings(brought(data, card)) == [CAT, DOG]


def test_boxes_scores_and_labels_without_a_batch_as_detectors_of_torch_give_them(brought):
    data, output = detr("xyxy", "pixels", [[12, 0, 20, 16], [6, 6, 10, 10]], scores=[0.9, 0.3], labels=[1, 2])
    card = a_card(
        "detection", {**output, "scores": "scores", "labels": "classes", "first_label": 1}, ["cat", "dog"]
    )
    assert findings(brought(data, card)) == [CAT, DOG]


def test_boxes_from_top_to_right_as_a_single_shot_detector_gives_them(brought):
    boxes = [[[0, 0.375, 0.5, 0.625], [0.1875, 0.1875, 0.3125, 0.3125]]]
    data, output = detr("yxyx", "shares", boxes, scores=[[0.9, 0.3]], labels=[[0, 1]])
    card = a_card("detection", {**output, "scores": "scores", "labels": "classes"}, ["cat", "dog"])
    assert findings(brought(data, card)) == [CAT, DOG]


def test_an_anomaly_map_gives_a_score_and_a_heat_map(brought):
    nodes = [helper.make_node("ReduceMax", ["images"], ["map"], axes=[1], keepdims=1)]
    card = a_card("anomaly", {"layout": "map", "range": [0.2, 0.7]}, thresholds={"anomaly": 0.5})
    model = brought(network(nodes, ["map"]), card)
    image = plain(0)
    image[4:8, 8:12] = 153
    answer = model.detect(image, heatmap=True)
    assert (answer.is_anomalous, round(answer.score, 4)) == (True, 0.8)
    assert answer.heatmap[5, 9] == pytest.approx(0.8, abs=1e-3)
    assert model.detect(plain(51)).score == pytest.approx(0, abs=1e-6)


def test_a_lone_score_is_explained_by_covering_though_it_takes_one_picture_at_a_time(brought):
    nodes = [helper.make_node("ReduceMax", ["images"], ["score"], axes=[1, 2, 3], keepdims=0)]
    model = brought(network(nodes, ["score"]), a_card("anomaly", {"layout": "score"}))
    image = plain(0)
    image[4:8, 8:12] = 255
    explanation = model.explain(model.decode(image))
    assert explanation.answer.is_anomalous


def test_masks_of_a_segmentation_say_which_pixels_are_of_which_type(brought):
    nodes = [
        helper.make_node("Split", ["images"], ["red", "green", "blue"], axis=1),
        helper.make_node("Sub", ["one", "red"], ["ground"]),
        helper.make_node("Sub", ["ground", "green"], ["background"]),
        helper.make_node("Concat", ["background", "red", "green"], ["maps"], axis=1),
    ]
    data = network(nodes, ["maps"], {"one": np.float32(1)})
    for labels, activation in ([None, "scratch", "dent"], "none"), (["bare", "scratch", "dent"], "none"):
        model = brought(data, a_card("segmentation", {"activation": activation}, labels))
        image = plain(0)
        image[:8, :16, 0] = 255
        answer = model.detect(image)
        areas = {finding.label: finding.area for finding in answer.findings}
        assert answer.score == pytest.approx(1)
        assert areas["scratch"] == pytest.approx(8 * 16 / SIDE**2)


def test_thresholds_come_from_the_training_part_and_the_test_part_judges(brought, tmp_path):
    def part(name, reds, greens):
        files = [(picture(tmp_path, f"{name}r{n}.png", (n, 0, 0)), "red") for n in reds]
        files += [(picture(tmp_path, f"{name}g{n}.png", (0, n, 0)), "green") for n in greens]
        return [Sample(path, (label,), source=path.name) for path, label in files]

    card = a_card("classification", {"activation": "softmax"}, ["red", "green", "blue"])
    model = brought(
        reddest(), card, train=part("a", (200, 210, 220), (200, 210, 220)), test=part("b", (190, 250), (255,))
    )
    evaluation = model.outcome.evaluation
    assert (evaluation.accuracy, evaluation.pictures) == (1.0, 3)
    assert set(evaluation.thresholds) == {"red", "green"}
    assert 0.01 < model.facts.thresholds["red"] < 0.999
    assert model.facts.thresholds["blue"] == 0.5
    assert "not known here" in (tmp_path / "package/MODEL_CARD.md").read_text()


def test_labels_of_pictures_that_the_card_lacks_are_named(brought, tmp_path):
    sample = Sample(picture(tmp_path, "a.png", (1, 1, 1)), ("Red",))
    card = a_card("classification", {"activation": "softmax"}, ["red", "green", "blue"])
    with pytest.raises(
        Wrong, match=r"'Red', which the card does not have\. It has 'red', which differs in case"
    ):
        brought(reddest(), card, test=[sample])
    with pytest.raises(Wrong, match="No picture of the test part is labelled for classification"):
        brought(reddest(), card, test=[Sample(sample.picture, (), ())])


def test_a_card_is_refused_by_what_is_wrong_with_it():
    good = a_card("detection", {"layout": "yolov8"}, ["a", "b"])
    assert read_card(good, "c").told == ("a", "b")
    wrong = [
        ([], "no JSON object"),
        ({**good, "label": []}, "'label', which is not known"),
        ({**good, "task": "counting"}, "no task 'counting'"),
        ({**good, "labels": ["a", "A"]}, "differ only in case"),
        ({**good, "labels": ["a", "a"]}, "stands twice"),
        ({**good, "labels": [None]}, "no label has a name"),
        ({**good, "labels": [f"l{n}" for n in range(10_001)]}, "more than 10,000"),
        ({**good, "labels": ["a\nb"]}, "is no label"),
        ({**good, "input": {"height": 5000, "width": 5000}}, "more than 16,777,216"),
        ({**good, "input": {"height": 5000}}, "lacks 'width'"),
        ({**good, "input": {"height": 8, "width": 8, "std": [1, 0, 1]}}, "std has a 0"),
        ({**good, "input": {"height": 8, "width": 8, "mean": [float("nan"), 0, 1]}}, "is no number"),
        ({**good, "output": {"layout": "yolov3"}}, "'yolov3' is not known here"),
        ({**good, "thresholds": {"c": 0.5}}, "'c', which is none of the labels"),
        ({**good, "thresholds": {"a": 1.5}}, "not between 0 and 1"),
        (a_card("anomaly", {"layout": "map"}, ["scratch"]), 'the one label "anomaly"'),
        (a_card("anomaly", {"layout": "yolov8"}), "a list of the network's labels"),
        (a_card("anomaly", {"layout": "scores"}, [None]), "no label has a name"),
        (a_card("anomaly", {"layout": "scores"}, ["Normal", "crack"]), "'Normal' of a model of anomalies"),
    ]
    for document, sentence in wrong:
        with pytest.raises(Wrong, match=sentence):
            read_card(document, "c")


def with_external_weights():
    data = onnx.ModelProto.FromString(fixed([[1.0]]))
    tensor = data.graph.initializer[1]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="/etc/passwd")
    return data.SerializeToString()


def with_loop():
    body = helper.make_graph([], "body", [], [])
    return network([helper.make_node("Loop", ["images"], ["x"], body=body)], ["x"])


def with_custom_step():
    node = helper.make_node("Evil", ["images"], ["x"], domain="com.example")
    return network([node], ["x"], more=[helper.make_opsetid("com.example", 1)])


def with_random_step():
    return network([helper.make_node("RandomUniformLike", ["images"], ["x"])], ["x"])


def with_huge_tensor():
    nodes = [helper.make_node("ConstantOfShape", ["shape"], ["x"])]
    return network(nodes, ["x"], {"shape": np.array([200_000, 200_000], np.int64)})


def with_two_inputs():
    data = onnx.ModelProto.FromString(reddest())
    data.graph.input.append(helper.make_tensor_value_info("size", TensorProto.INT64, (1, 2)))
    return data.SerializeToString()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "it has no network in it"),
        (b"\x08\x07 not an onnx", "no ONNX file"),
        (b"PK\x03\x04" + bytes(100), "no ONNX file"),
        (with_external_weights(), "keeps weights in a file outside"),
        (with_loop(), "has a step 'Loop'|loops or branches"),
        (with_custom_step(), "has a step 'Evil'"),
        (with_random_step(), "has a step 'RandomUniformLike'"),
        (with_huge_tensor(), "more than 4 GiB of memory"),
        (with_two_inputs(), "has 2 inputs"),
        (fixed([[1.0, 2.0]]), "1 × 2, where a number for each of 3 labels is expected"),
        (fixed([[1.0, 2.0, 3.0]], shape=(1, 3, 64, 64)), "takes pictures of 3 × 64 × 64, and its card says"),
        (fixed([[1.0, 2.0, 3.0]], shape=(8, 3, SIDE, SIDE)), "takes 8 pictures at a time"),
        (fixed([[1.0, 2.0, 3.0]], opset=8), "of opset 8; export it again"),
    ],
)
def test_what_is_no_plain_network_is_refused_in_a_sentence(brought, tmp_path, data, sentence):
    card = a_card("classification", {"activation": "softmax"}, ["red", "green", "blue"])
    with pytest.raises(Wrong, match=sentence):
        brought(data, card)
    assert not (tmp_path / "package").exists(), "nothing is half written"


def test_a_file_that_is_too_large_is_refused_before_it_is_read(brought, tmp_path):
    card = a_card("classification", {}, ["red"])
    (tmp_path / "huge.json").write_text(json.dumps(card))
    with (tmp_path / "huge.onnx").open("wb") as file:
        file.truncate(3 * 1024**3)
    with pytest.raises(Wrong, match=r"huge.onnx has 3,221,225,472 bytes; 2,147,483,648 are the most"):
        bring(BringOrder(tmp_path / "huge.onnx", tmp_path / "huge.json", tmp_path / "package"))
    assert not (tmp_path / "package").exists()


class Evil:
    def __reduce__(self):
        return (print, ("it ran",))


def with_nan_weights():
    return fixed([[0.1, float("nan"), 0.2]])


def with_opset_of_the_future():
    return network([helper.make_node("Relu", ["images"], ["x"])], ["x"], opset=99)


def with_a_loop_of_a_quintillion():
    names = ("round", "condition", "value")
    body = helper.make_graph(
        [
            helper.make_node("Identity", ["condition"], ["goes_on"]),
            helper.make_node("Identity", ["value"], ["again"]),
        ],
        "body",
        [
            helper.make_tensor_value_info(name, kind, shape)
            for name, kind, shape in zip(
                names, (TensorProto.INT64, TensorProto.BOOL, TensorProto.FLOAT), ([], [], None), strict=True
            )
        ],
        [
            helper.make_tensor_value_info("goes_on", TensorProto.BOOL, []),
            helper.make_tensor_value_info("again", TensorProto.FLOAT, None),
        ],
    )
    node = helper.make_node("Loop", ["often", "true", "images"], ["x"], body=body)
    return network([node], ["x"], {"often": np.int64(10**18), "true": np.bool_(True)})


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (with_nan_weights(), "gives NaN in place of numbers; its weights may be damaged"),
        (with_opset_of_the_future(), "is of opset 99; export it again with opset .* or earlier"),
        (with_a_loop_of_a_quintillion(), "has a step 'Loop'|loops or branches"),
        (pickle.dumps({"weights": Evil()}), "no ONNX file"),
        (pickle.dumps(Evil(), protocol=0), "no ONNX file"),
        (b"\x80\x02}q\x00.", "no ONNX file"),
        (fixed([[1.0, 2.0, 3.0]])[:-40], "no ONNX file|damaged|cannot be loaded"),
        (fixed([[1.0, 2.0, 3.0]], shape=(1, 3, "h", 64)), "takes pictures of 3 × any × 64"),
        (fixed([[1.0, 2.0, 3.0]], shape=(1, SIDE, SIDE, 3)), "takes pictures of 32 × 32 × 3"),
        (fixed([[1.0, 2.0, 3.0]], shape=(3, SIDE, SIDE)), "takes inputs of 3 sides"),
    ],
)
def test_what_no_network_can_be_made_of_says_so(brought, tmp_path, capsys, data, sentence):
    card = a_card("classification", {}, ["red", "green", "blue"])
    with pytest.raises(Wrong, match=sentence):
        brought(data, card)
    assert not (tmp_path / "package").exists(), "nothing is half written"
    assert "it ran" not in capsys.readouterr().out


def test_axes_that_are_open_are_those_of_the_card(brought):
    data = onnx.ModelProto.FromString(reddest())
    for number, side in enumerate(data.graph.input[0].type.tensor_type.shape.dim):
        side.ClearField("dim_value")
        if number % 2:
            side.dim_param = f"side {number}"
    card = a_card("classification", {"activation": "softmax"}, ["red", "green", "blue"])
    card["input"] |= {"height": 20, "width": 48}
    model = brought(data.SerializeToString(), card)
    assert model.facts.input_size == (20, 48)
    assert model.detect(plain((0, 255, 0))).findings[0].label == "green"


def test_one_that_divides_by_how_much_a_picture_varies_is_no_damaged_one(brought):
    nodes = [
        helper.make_node("ReduceMean", ["images"], ["mean"], axes=[1, 2, 3], keepdims=1),
        helper.make_node("Sub", ["images", "mean"], ["apart"]),
        helper.make_node("ReduceL2", ["apart"], ["spread"], axes=[1, 2, 3], keepdims=1),
        helper.make_node("Div", ["apart", "spread"], ["even"]),
        helper.make_node("GlobalMaxPool", ["even"], ["pooled"]),
        helper.make_node("Flatten", ["pooled"], ["scores"]),
    ]
    model = brought(network(nodes, ["scores"]), a_card("multilabel", {}, ["red", "green", "blue"]))
    image = plain(0)
    image[4:8, 8:12, 1] = 255
    scores = model.detect(image).scores
    assert scores["green"] > scores["red"]


def test_a_step_that_does_not_end_ends_its_process(tmp_path):
    """Each pair of a hundred thousand boxes is compared, and no clock ends a step between two."""
    nodes = [
        helper.make_node("ReduceMean", ["images"], ["mean"], axes=[0, 1, 2, 3], keepdims=0),
        helper.make_node("ConstantOfShape", ["boxes_shape"], ["boxes"]),
        helper.make_node("ConstantOfShape", ["scores_shape"], ["zeros"]),
        helper.make_node("Add", ["zeros", "one"], ["scores_"]),
        helper.make_node("NonMaxSuppression", ["boxes", "scores_", "most", "overlap"], ["kept"]),
        helper.make_node("Cast", ["kept"], ["numbers"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMax", ["numbers"], ["greatest"], axes=[0], keepdims=1),
        helper.make_node("Add", ["greatest", "mean"], ["scores"]),
    ]
    count = 400_000
    numbers = {
        "boxes_shape": np.array([1, count, 4], np.int64),
        "scores_shape": np.array([1, 1, count], np.int64),
        "one": np.float32(1),
        "most": np.int64(count),
        "overlap": np.float32(1),
    }
    (tmp_path / "net.onnx").write_bytes(network(nodes, ["scores"], numbers))
    (tmp_path / "net.json").write_text(json.dumps(a_card("multilabel", {}, ["a", "b", "c"])))
    order = {part: str(tmp_path / name) for part, name in PLACES.items()}
    engine = LocalEngine()
    engine.environment = {"PYTHONPATH": str(Path(__file__).parent.parent)}
    *_, last = engine.events(engine.submit(Job("doubles.stuck_networks:bring_hastily", order)))
    assert last == Event(
        "failed", {"sentence": "net.onnx has a step that did not end after 2 s.", "refusal": "Wrong"}
    )
    assert not (tmp_path / "package").exists()


def test_names_of_the_network_never_meet_ours(brought):
    nodes = [helper.make_node("GlobalAveragePool", ["pictures"], ["around/0"])]
    nodes.append(helper.make_node("Flatten", ["around/0"], ["scores"]))
    data = network(nodes, ["scores"], name="pictures")
    model = brought(data, a_card("multilabel", {}, ["red", "green", "blue"]))
    assert model.detect(plain((255, 0, 51))).scores == pytest.approx(
        {"red": 1, "green": 0, "blue": 0.2}, abs=1e-6
    )


def test_a_later_opset_is_wrapped_in_its_own_steps(brought):
    nodes = [helper.make_node("Identity", ["images"], ["map"])]
    model = brought(network(nodes, ["map"], opset=18), a_card("segmentation", {}, ["a", "b", "c"]))
    assert model.detect(plain((255, 0, 0))).findings[0].label == "a"


def test_half_precision_is_taken_as_it_is(brought):
    data = onnx.ModelProto.FromString(reddest())
    for value in (*data.graph.input, *data.graph.output):
        value.type.tensor_type.elem_type = TensorProto.FLOAT16
    data.graph.initializer[0].CopyFrom(numpy_helper.from_array(np.float16(10), "ten"))
    card = a_card("classification", {"activation": "softmax"}, ["red", "green", "blue"])
    assert brought(data.SerializeToString(), card).detect(plain((0, 255, 0))).findings[0].label == "green"


def test_the_name_of_an_input_is_held_to_the_file():
    with pytest.raises(Wrong, match="has no input 'x'; it has 'images'"):
        take_in(reddest(), "net.onnx", input_name="x")


LIGHT = Path(onnx.__file__).parent / "backend" / "test" / "data" / "light"


@pytest.mark.parametrize("name", ["light_squeezenet", "light_shufflenet", "light_resnet50"])
def test_networks_of_the_zoo_of_onnx_answer_as_they_did_before(brought, name):
    """Their steps are those of the originals; their weights are constants, so that the files are small."""
    data = (LIGHT / f"{name}.onnx").read_bytes()
    before = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    pixels = np.random.default_rng(20).integers(0, 256, (224, 224, 3), np.uint8)
    images = (pixels.transpose(2, 0, 1)[None] / 255).astype(np.float32)
    wanted = before.run(None, {before.get_inputs()[0].name: images})[0].ravel()
    card = a_card("multilabel", {}, [f"class {number}" for number in range(1000)])
    card["input"] = {"height": 224, "width": 224}
    answer = brought(data, card).detect(pixels, min_confidence=1.0)
    assert [*answer.scores.values()] == pytest.approx(np.clip(wanted, 0, 1), abs=1e-6)
