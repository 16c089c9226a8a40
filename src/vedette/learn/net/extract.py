"""Pictures to features of a frozen backbone: by ONNX Runtime on a processor, by torch on a GPU.

FeatureExtractor       what recipes ask, whatever it runs on
_ProcessorSessions     ONNX Runtime, one picture at a time, by as many threads as ask
_DeviceNetwork         torch on the device that learns, many pictures at a time, by one thread
"""

import copy
import threading
from collections.abc import Callable, Hashable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime
import torch
from torch import Tensor, nn

from vedette.learn.device import Device
from vedette.learn.net.backbone import Backbone, floats
from vedette.learn.net.layers import channels_last
from vedette.learn.net.onnx_file import to_onnx
from vedette.learn.net.quarters import quarters
from vedette.learn.net.statistics import statistics

Array = npt.NDArray[Any]


class LevelsGraph(nn.Module):
    """The backbone as a graph from uint8 pictures to the levels, pooled where the name says so."""

    def __init__(self, backbone: Backbone, levels: Sequence[str]) -> None:
        super().__init__()
        self.backbone = backbone
        self.levels = tuple(levels)

    def forward(self, pixels: Tensor) -> tuple[Tensor, ...]:
        outputs = tuple(dict.fromkeys(name.partition("/")[0] for name in self.levels))
        maps = self.backbone(floats(pixels), outputs)
        return tuple(_pooled(maps[level.partition("/")[0]], level) for level in self.levels)


def _pooled(features: Tensor, level: str) -> Tensor:
    if level.endswith("/mean"):
        return features.mean((2, 3))
    if level.endswith("/statistics"):
        return statistics(features)
    return quarters(features) if level.endswith("/quarters") else features


class FeatureExtractor:
    """Features of pictures by a frozen backbone.

    A level `top/mean` is averaged over the picture, `top/quarters` over each of its quarters; `s8/statistics`
    are means, deviations and maxima.
    """

    def __init__(
        self, backbone: Backbone, levels: Sequence[str], *, threads: int = 0, device: Device | None = None
    ) -> None:
        self.backbone = backbone
        self.levels = tuple(levels)
        self.device = device or Device()
        graph = LevelsGraph(backbone, levels).eval()
        self._network: _DeviceNetwork | _ProcessorSessions = (
            _DeviceNetwork(graph, self.device)
            if self.device.is_batched
            else _ProcessorSessions(graph, threads or torch.get_num_threads())
        )

    def __call__(self, pixels: npt.NDArray[np.uint8]) -> list[Array]:
        """Return the levels, in order, of a batch of uint8 RGB pictures [B, H, W, 3]."""
        if isinstance(self._network, _ProcessorSessions):
            return self._network(pixels)
        return [level.cpu().numpy() for level in self._network(torch.from_numpy(pixels))]

    def on_device(self, pixels: Tensor) -> list[Tensor]:
        """Return the same as tensors where they were computed, of pictures that may lie there already."""
        if isinstance(self._network, _DeviceNetwork):
            return self._network(pixels)
        return [torch.from_numpy(level) for level in self._network(pixels.numpy())]


class _DeviceNetwork:
    """A graph on the device that learns: one call at a time, each of a whole batch.

    Threads that send single pictures to a GPU wait for one another: 26 s for the copies of a hundred
    pictures on an H200, of which the network's own work is a fraction of a second.
    """

    def __init__(self, graph: LevelsGraph, device: Device) -> None:
        # A copy: the backbone itself is exported later, from the processor.
        self._graph = channels_last(copy.deepcopy(graph)).to(device.name).requires_grad_(False)
        self._device = device
        self._turn = threading.Lock()

    def __call__(self, pixels: Tensor) -> list[Tensor]:
        with self._turn, torch.inference_mode():
            return self._halved(pixels)

    def _halved(self, pixels: Tensor) -> list[Tensor]:
        """Return the levels of a batch; of its halves, one after the other, where it is too large."""
        try:
            (pictures,) = self._device.put([pixels])
            return list(self._graph(pictures))  # in floats, as the package will work
        except torch.OutOfMemoryError:
            if len(pixels) == 1:
                raise  # then the processor learns (device.py)
        # Outside of the handler, whose traceback would hold what did not fit.
        half = len(pixels) // 2
        first, second = self._halved(pixels[:half]), self._halved(pixels[half:])
        return [torch.cat(pair) for pair in zip(first, second, strict=True)]


class _ProcessorSessions:
    """The graph as ONNX on the processor, a session for each size of pictures."""

    def __init__(self, graph: LevelsGraph, threads: int) -> None:
        self._graph, self._threads = graph, threads
        self._sessions: dict[tuple[int, int], onnxruntime.InferenceSession] = {}
        self._lock = threading.Lock()

    def __call__(self, pixels: npt.NDArray[np.uint8]) -> list[Array]:
        """Return the levels, one picture at a time: batches of 16 took two to four times as long each."""
        session = self._session((pixels.shape[1], pixels.shape[2]))
        pictures = [session.run(None, {"pictures": pixels[i : i + 1]}) for i in range(len(pixels))]
        return [np.concatenate(level) for level in zip(*pictures, strict=True)]

    def _session(self, size: tuple[int, int]) -> onnxruntime.InferenceSession:
        with self._lock:
            if size not in self._sessions:
                options = onnxruntime.SessionOptions()
                options.intra_op_num_threads = self._threads
                options.log_severity_level = 3
                self._sessions[size] = onnxruntime.InferenceSession(
                    self._file(size), options, providers=["CPUExecutionProvider"]
                )
            return self._sessions[size]

    def _file(self, size: tuple[int, int]) -> bytes:
        graph = self._graph
        key = (graph.backbone.name, graph.backbone.revision, graph.levels, size)
        return _FILES.get(key, lambda: _onnx(graph, len(graph.levels), size))


class _LastFiles:
    """The graphs that were written last: what looks for a series and the probe after it read the same one.

    To write one takes a third of a second of a training of three. The name and revision of a backbone say
    which weights it has, as in the cache of features.
    """

    def __init__(self, most: int) -> None:
        self._most, self._lock = most, threading.Lock()
        self._files: dict[Hashable, bytes] = {}

    def get(self, key: Hashable, write: Callable[[], bytes]) -> bytes:
        """Return the file, written if it is not among the last."""
        with self._lock:
            file = self._files.pop(key, None) or write()
            self._files[key] = file
            while len(self._files) > self._most:
                self._files.pop(next(iter(self._files)))
            return file


# 13 MB each for the usual backbone. A training reads two or three: a side each, with and without quarters.
_FILES = _LastFiles(most=4)


def _onnx(graph: nn.Module, count: int, size: tuple[int, int]) -> bytes:
    """Return the graph for pictures of this size; a fixed size suits transformers, and is faster."""
    names = [f"level{index}" for index in range(count)]
    return to_onnx(graph, torch.zeros(1, *size, 3, dtype=torch.uint8), names)
