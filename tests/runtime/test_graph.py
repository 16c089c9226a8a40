"""A network from elsewhere is a trained network or is not opened, and runs within bounds."""

import contextlib
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from doubles.graphs import bright_boxes, brightest_spot, brightness_scores, colour_masks
from doubles.packages import tiny_package
from vedette.errors import Wrong
from vedette.runtime import session
from vedette.runtime.facts import Tiling
from vedette.runtime.graph import refuse_foreign
from vedette.runtime.model import load
from vedette.runtime.session import OnnxSession

FLOAT, INT64, BOOL = TensorProto.FLOAT, TensorProto.INT64, TensorProto.BOOL


def a_model():
    return onnx.load_from_string(brightness_scores(size=16))


def scalar(name, kind=FLOAT):
    return helper.make_tensor_value_info(name, kind, [])


def outside(name="zz"):
    tensor = TensorProto(name=name, data_type=FLOAT, dims=[4], data_location=TensorProto.EXTERNAL)
    tensor.external_data.add(key="location", value="../../../etc/passwd")
    return tensor


def with_loop():
    body = helper.make_graph(
        [helper.make_node("Identity", ["ci"], ["co"]), helper.make_node("Sin", ["ac"], ["ao"])],
        "body",
        [scalar("it", INT64), scalar("ci", BOOL), scalar("ac")],
        [scalar("co", BOOL), scalar("ao")],
    )
    model = a_model()
    model.graph.node.append(helper.make_node("Loop", ["trip", "true", "zero"], ["end"], body=body))
    return model


def with_branch():
    graph = helper.make_graph([helper.make_node("Constant", [], ["q"], value=outside("q"))], "g", [], [])
    model = a_model()
    model.graph.node.append(helper.make_node("If", ["c"], ["d"], then_branch=graph, else_branch=graph))
    return model


def with_hidden_graph():
    """A known step with a graph beside what it needs."""
    model = a_model()
    model.graph.node[0].attribute.append(helper.make_attribute("more", a_model().graph))
    return model


def with_function():
    model = a_model()
    function = model.functions.add()
    function.name, function.domain = "F", "d"
    return model


def with_training():
    model = a_model()
    model.training_info.add().algorithm.initializer.append(outside())
    return model


def with_initializer(tensor):
    model = a_model()
    model.graph.initializer.append(tensor)
    return model


def with_sparse():
    model = a_model()
    sparse = onnx.SparseTensorProto(dims=[1 << 40])
    sparse.values.CopyFrom(numpy_helper.from_array(np.ones(1, np.float32)))
    model.graph.sparse_initializer.append(sparse)
    return model


def with_step(name, domain=""):
    model = a_model()
    model.graph.node.append(helper.make_node(name, ["pictures"], ["more"], domain=domain))
    return model


def with_opset(domain):
    model = a_model()
    model.opset_import.append(helper.make_opsetid(domain, 1))
    return model


def with_many_steps():
    model = a_model()
    model.graph.node.extend(helper.make_node("Identity", ["pictures"], [f"n{n}"]) for n in range(65_600))
    return model


FOREIGN = {
    "loop": (with_loop, "has loops or branches|step 'Loop'"),
    "branch": (with_branch, "has loops or branches|step 'If'"),
    "hidden graph": (with_hidden_graph, "has loops or branches"),
    "function": (with_function, "has functions of its own"),
    "training": (with_training, "is trained while it runs"),
    "weights elsewhere": (lambda: with_initializer(outside()), "keeps weights in a file outside"),
    "sparse": (with_sparse, "has sparse tensors"),
    "texts": (lambda: with_initializer(helper.make_tensor("s", TensorProto.STRING, [1], ["x"])), "texts"),
    "huge claim": (
        lambda: with_initializer(TensorProto(name="s", data_type=FLOAT, dims=[100_000, 100_000])),
        "not as large as it says",
    ),
    "negative claim": (
        lambda: with_initializer(TensorProto(name="s", data_type=FLOAT, dims=[-1])),
        "not as large as it says",
    ),
    "custom domain": (lambda: with_step("Add", "com.evil"), "wants the steps of 'com.evil'"),
    "custom opset": (lambda: with_opset("com.evil"), "wants the steps of 'com.evil'"),
    "unknown step": (lambda: with_step("Exfiltrate"), "has a step 'Exfiltrate'"),
    "random": (lambda: with_step("RandomNormalLike"), "has a step 'RandomNormalLike'"),
    "sequences": (lambda: with_step("SequenceConstruct"), "has a step"),
    "pictures decoded": (lambda: with_step("ImageDecoder"), "has a step"),
    "many steps": (with_many_steps, "more than 65,536 steps"),
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_what_no_trained_network_has_is_refused(kind):
    make, says = FOREIGN[kind]
    with pytest.raises(Wrong, match=says):
        refuse_foreign(make().SerializeToString(), "it")


@pytest.mark.parametrize("make", [brightness_scores, brightest_spot, bright_boxes, colour_masks])
def test_plain_networks_pass(make):
    refuse_foreign(make(), "it")


def test_weights_elsewhere_are_found_in_a_constant_and_beside_a_second_graph():
    model = a_model()
    model.graph.node.insert(0, helper.make_node("Constant", [], ["q"], value=outside("q")))
    second = onnx.ModelProto(graph=with_initializer(outside()).graph).SerializeToString()
    for data in (model.SerializeToString(), brightness_scores() + second):
        with pytest.raises(Wrong, match="outside"):
            refuse_foreign(data, "it")


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_a_damaged_network_is_refused_or_passed_and_nothing_else(data):
    model = bytearray(brightness_scores())
    for _ in range(data.draw(st.integers(1, 5))):
        model[data.draw(st.integers(0, len(model) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(Wrong):
        refuse_foreign(bytes(model), "it")


def expanded(side, steps=0):
    """The brightest value of the picture, laid out as a square of that side, times itself so often."""
    model = a_model()
    (output,) = [value.name for value in model.graph.output if value.name == "scores"]
    for node in model.graph.node:
        for number, name in enumerate(node.output):
            if name == output:
                node.output[number] = "inner"
    model.graph.initializer.extend(
        [
            numpy_helper.from_array(np.array([side, side]), "shape"),
            numpy_helper.from_array(np.float32(0), "zero"),
        ]
    )
    nodes = [
        helper.make_node("Cast", ["pictures"], ["values"], to=FLOAT),
        helper.make_node("ReduceMax", ["values"], ["most"], keepdims=0),
        helper.make_node("Expand", ["most", "shape"], ["t0"]),
        *[helper.make_node("MatMul", [f"t{n}", "t0"], [f"t{n + 1}"]) for n in range(steps)],
        helper.make_node("ReduceMin", [f"t{steps}"], ["least"], keepdims=0),
        helper.make_node("Mul", ["least", "zero"], ["nothing"]),
        helper.make_node("Add", ["inner", "nothing"], [output]),
    ]
    model.graph.node.extend(nodes)
    return model.SerializeToString()


def run(model):
    made = OnnxSession(model, "classification", threads=1, name="it")
    return made.run(np.zeros((1, 16, 16, 3), np.uint8))["scores"]


def test_a_tensor_of_forty_gigabytes_is_refused_before_it_is_made():
    assert run(expanded(10)).shape == (1, 2)
    with pytest.raises(Wrong, match="it wants more than 4 GiB of memory for a picture, and was stopped"):
        run(expanded(100_000))


def test_a_network_that_takes_too_long_is_stopped(monkeypatch):
    monkeypatch.setattr(session, "MOST_S", 0.2)
    began = time.monotonic()
    with pytest.raises(Wrong, match=r"it took more than 0\.2 s for a picture, and was stopped"):
        run(expanded(900, steps=3000))
    assert time.monotonic() - began < 20
    monkeypatch.undo()
    assert run(expanded(10)).shape == (1, 2)


def test_one_thread_watches_all_sessions():
    for _ in range(3):
        run(expanded(10))
    assert [thread.name for thread in threading.enumerate()].count("runs") == 1


def test_threads_that_are_the_first_to_ask_get_the_same_clock(monkeypatch):
    def make():
        time.sleep(0.05)
        return object()

    monkeypatch.setattr(session, "_the_clock", cache(make))
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(lambda _: session._clock(), range(8)))) == 1


def test_a_model_of_endless_tiles_is_refused_with_its_count(tmp_path):
    model = load(tiny_package(tmp_path / "model", "classification", tiling=Tiling((4, 4), 0.9, whole=False)))
    with pytest.raises(Wrong, match=r"would look at a picture of 640 × 480 pixels in 303,849 tiles"):
        model.detect(np.zeros((480, 640, 3), np.uint8))
