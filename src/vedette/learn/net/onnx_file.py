"""A graph of torch as the bytes of an ONNX file: `pictures` in, named outputs out; one graph at a time."""

import io
import threading
import warnings
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

# torch's exporter keeps what it is at in variables of its module, and the filters of warnings belong to the
# whole process: of two trainings in threads of one process, one would fail or leave its filters behind.
_TURN = threading.Lock()


def to_onnx(
    graph: nn.Module,
    pictures: Tensor,
    outputs: Sequence[str],
    axes: Mapping[str, Mapping[int, str]] | None = None,
) -> bytes:
    """Return the file of a graph, drawn by these pictures; `axes` names the sides that may change."""
    file = io.BytesIO()
    with _TURN, warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # the exporter we use announces its successor at each call
        torch.onnx.export(
            graph,
            (pictures,),
            file,  # type: ignore[arg-type]  # a file object is taken too, its types forgot it
            dynamo=False,  # the successor wants onnxscript and takes ten times as long
            input_names=["pictures"],
            output_names=[*outputs],
            dynamic_axes=axes,
            opset_version=17,
        )
    return file.getvalue()
