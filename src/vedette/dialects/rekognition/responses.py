"""What DetectCustomLabels answers: labels with confidences in percent."""

from typing import Any

from vedette.dialects.detections import DetectionResult
from vedette.vision.annotations import Finding


def write_response(detection: DetectionResult, most: int | None = None) -> dict[str, Any]:
    """Return the labels, the surest first, and so many at most."""
    return {"CustomLabels": [_custom_label(finding) for finding in detection.findings[:most]]}


def _custom_label(finding: Finding) -> dict[str, Any]:
    label: dict[str, Any] = {"Name": finding.label, "Confidence": finding.confidence * 100}
    box = finding.box
    if box is not None:
        edges = {"Left": box.left, "Top": box.top, "Width": box.width, "Height": box.height}
        label["Geometry"] = {"BoundingBox": edges}
    return label
