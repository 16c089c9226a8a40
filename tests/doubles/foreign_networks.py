"""Networks of torch that answer in layouts of other tools, exported as those export them."""

import json
import warnings
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

DETECTOR_CARD: dict[str, Any] = {
    "task": "detection",
    "labels": ["spot"],
    "input": {"name": "images", "height": 64, "width": 64, "resize": "letterbox"},
    "output": {"layout": "yolov8"},
    "licence": "Apache-2.0",
}
ANOMALY_CARD: dict[str, Any] = {
    "task": "anomaly",
    "input": {"height": 64, "width": 64},
    "output": {"layout": "map"},
}


class BrightSpots(nn.Module):
    """Finds bright squares of 16 pixels: an average over each square of that size, one box a place.

    In the layout of YOLOv8's exports: [1, 4 + 1, N], centre and size in pixels. With `map_only` it gives the
    averages as a map, as networks for anomalies do.
    """

    def __init__(self, *, map_only: bool = False) -> None:
        super().__init__()
        self.map_only = map_only
        self.pool = nn.AvgPool2d(16, stride=1)

    def forward(self, images: Tensor) -> Tensor:
        """Return the boxes, or the map."""
        bright = self.pool(images.mean(dim=1, keepdim=True))
        if self.map_only:
            return bright
        side = bright.shape[-1]
        steps = torch.arange(side, dtype=torch.float32) + 8
        down, across = torch.meshgrid(steps, steps, indexing="ij")
        places = torch.stack([across, down, torch.full_like(down, 16), torch.full_like(down, 16)])
        scores = bright[:, 0].flatten(1)[:, None]
        return torch.cat([places.flatten(1)[None], scores], dim=1)


def export_onnx(network: nn.Module, to: Path, side: int) -> Path:
    """Write the network as an ONNX file, by torch's own exporter."""
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network.eval(),
            (torch.zeros(1, 3, side, side),),
            str(to),
            dynamo=False,
            input_names=["images"],
            output_names=["output0"],
            opset_version=12,
        )
    return to


def write_card(network: Path, card: dict[str, Any]) -> Path:
    """Write a card beside a network."""
    place = network.with_suffix(".json")
    place.write_text(json.dumps(card), "utf-8")
    return place
