"""What a unit answers to where a model looked: maps of 8 bits, small enough to be sent with a page.

asked   {"heat": {"labels"}, "thresholds"} and the picture
answer  {"heat": {"width", "height", "is_anomalous", "maps": [{"label", "confidence", "scale", "width",
        "height", "size"}]}} and the maps as PNG, one behind the other

Maps are of the upright picture, as a page shows it.
"""

import io
from collections.abc import Mapping
from typing import Any

import numpy as np
from PIL import Image

from vedette.engines.frames import Frame
from vedette.runtime.heat import HeatMap
from vedette.runtime.model import Decoded, Model


def explain_picture(model: Model, head: Mapping[str, Any], decoded: Decoded) -> Frame:
    """Return where the evidence for the labels lies that are asked for."""
    explanation = model.explain(decoded, labels=head["heat"]["labels"], thresholds=head.get("thresholds"))
    answer = explanation.answer
    images = [_png(heat_map) for heat_map in explanation.maps]
    facts = {
        "width": answer.width,
        "height": answer.height,
        "is_anomalous": answer.is_anomalous,
        "maps": [
            _describe(heat_map, len(image)) for heat_map, image in zip(explanation.maps, images, strict=True)
        ],
    }
    return {"heat": facts}, b"".join(images)


def _describe(heat_map: HeatMap, size: int) -> dict[str, Any]:
    height, width = heat_map.values.shape
    return {
        "label": heat_map.label,
        "confidence": heat_map.confidence,
        "scale": heat_map.scale,
        "width": width,
        "height": height,
        "size": size,
    }


def _png(heat_map: HeatMap) -> bytes:
    out = io.BytesIO()
    Image.fromarray(np.round(heat_map.values * 255).astype(np.uint8)).save(out, "PNG")
    return out.getvalue()
