"""What DetectAnomalies answers: a verdict and, of a segmentation model, types with their areas and a mask."""

from typing import Any

from vedette.dialects.detections import DetectionResult

BACKGROUND, WHITE = "background", "#FFFFFF"


def write_response(detection: DetectionResult, most: int | None = None) -> dict[str, Any]:
    """Return the verdict; the service bounds no number of anomalies."""
    del most
    result: dict[str, Any] = {
        "Source": {"Type": "direct"},
        "IsAnomalous": detection.is_anomalous,
        "Confidence": detection.confidence,
    }
    if detection.mask:
        result |= {"Anomalies": _anomalies(detection), "AnomalyMask": detection.mask}
    return {"DetectAnomalyResult": result}


def _anomalies(detection: DetectionResult) -> list[dict[str, Any]]:
    """Return the types found, the largest first; before them the background, which is all the rest."""
    findings = sorted(detection.findings, key=lambda finding: -(finding.area or 0))
    rest = 1 - sum(finding.area or 0 for finding in findings)
    entries = [(BACKGROUND, max(0.0, rest), WHITE)]
    entries += [
        (finding.label, finding.area or 0.0, detection.colors[finding.label].upper()) for finding in findings
    ]
    return [
        {"Name": name, "PixelAnomaly": {"TotalPercentageArea": area, "Color": color}}
        for name, area, color in entries
    ]
