"""Networks written as files from threads of one process, which torch's exporter alone does not stand."""

import warnings
from concurrent.futures import ThreadPoolExecutor

import onnxruntime
import torch
from torch import nn

from vedette.learn.net.onnx_file import to_onnx

PICTURES = torch.zeros(1, 3)


def test_many_graphs_are_written_at_once_and_the_filters_of_warnings_stay():
    graphs = [nn.Sequential(*(nn.Linear(3, 3) for _ in range(20))).eval() for _ in range(8)]
    before = [*warnings.filters]
    with ThreadPoolExecutor(8) as pool:
        files = list(pool.map(lambda graph: to_onnx(graph, PICTURES, ["numbers"]), graphs))
    assert warnings.filters == before
    for graph, file in zip(graphs, files, strict=True):
        session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
        numbers = session.run(["numbers"], {"pictures": PICTURES.numpy()})[0]
        assert torch.allclose(torch.from_numpy(numbers), graph(PICTURES), atol=1e-5)


def test_a_side_that_is_named_may_change():
    file = to_onnx(nn.Linear(3, 2).eval(), PICTURES, ["numbers"], {"pictures": {0: "batch"}})
    session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
    assert session.get_inputs()[0].shape == ["batch", 3]
