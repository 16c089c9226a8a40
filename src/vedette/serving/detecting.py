"""What a unit is asked of one picture, and what its answer means for callers, figures and samples."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from vedette.dialects.detections import DetectionResult
from vedette.metering.confidence import counted_confidence
from vedette.projects.version import Version
from vedette.serving.pictures import CheckedPicture
from vedette.vision.annotations import Box, Finding


def detection_head(
    version: Version, picture: CheckedPicture, least: float | None, thresholds: Mapping[str, float] | None
) -> dict[str, Any]:
    """Return what a unit is told beside a picture; without `thresholds` a person's apply, if they are to."""
    head: dict[str, Any] = {"least": least, "orientation": picture.head.orientation}
    if thresholds is None and version.thresholds.on_wire:
        thresholds = version.thresholds.values
    return head | ({"thresholds": thresholds} if thresholds else {})


def answer_figures(answer: Mapping[str, Any], seconds: float) -> dict[str, float]:
    """Return what an answer adds to its version's figures."""
    findings = answer["findings"]
    figures: dict[str, float] = {"answered": 1, "ms": seconds * 1000, "findings": len(findings)}
    figures |= counted_confidence(answer["confidence"], (finding["confidence"] for finding in findings))
    return figures | ({"anomalies": 1} if answer["is_anomalous"] else {})


def read_result(answer: Mapping[str, Any], mask: bytes, colors: Mapping[str, str]) -> DetectionResult:
    """Return a unit's answer as what callers get."""
    findings = tuple(_finding(fields) for fields in answer["findings"])
    return DetectionResult(findings, answer["is_anomalous"], answer["confidence"], mask, colors=colors)


def without_unlikely(result: DetectionResult, thresholds: Mapping[str, float]) -> DetectionResult:
    """Return an answer without what only a low MinConfidence brought."""
    likely = (item for item in result.findings if item.confidence >= thresholds.get(item.label, 0.0))
    return replace(result, findings=tuple(likely))


def _finding(fields: Mapping[str, Any]) -> Finding:
    box = fields["box"]
    return Finding(fields["label"], fields["confidence"], box and Box(*box), fields["area"])
