"""What a version detects in one picture, before a service words it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from vedette.vision.annotations import Finding


@dataclass(frozen=True, slots=True)
class DetectionResult:
    """What a version detects in one picture, in the stored raster; `mask` is a PNG."""

    findings: tuple[Finding, ...]
    is_anomalous: bool | None = None
    confidence: float | None = None
    mask: bytes = b""
    colors: Mapping[str, str] = field(default_factory=dict)
