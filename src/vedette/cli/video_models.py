"""A model that looks at frames of a film: a package on this machine, or a version that runs on a server."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vedette.cli.remote import Server
from vedette.cli.remote_models import MODELS, find_project
from vedette.vision.annotations import ANOMALY, Box, Finding
from vedette.vision.draw import draw_findings
from vedette.vision.images import Pixels

# Of frames that are sent to a server: what the wire takes has 4 MiB.
QUALITY = 92


@dataclass(frozen=True, slots=True)
class FrameFindings:
    """What is seen in one frame: the confidence of each label, and what is drawn for it."""

    labels: dict[str, float]
    findings: Sequence[Finding] = ()
    caption: str = ""
    mask: NDArray[np.uint8] | None = None
    names: Sequence[str] = field(default=())

    def drawn(self, image: Image.Image) -> Image.Image:
        """Return the frame with the findings on it."""
        is_same = self.mask is not None and self.mask.shape[:2] == (image.height, image.width)
        mask = self.mask if is_same else None
        names = self.names or sorted(self.labels)
        return draw_findings(image, self.findings, labels=names, mask=mask, caption=self.caption)

    def dump(self) -> list[dict[str, Any]]:
        """Return the findings for JSON."""
        if not self.findings:
            return [{"label": name, "confidence": round(sure, 4)} for name, sure in self.labels.items()]
        return [_fields(finding) for finding in self.findings]


class FrameModel(Protocol):
    """Looks at frames."""

    name: str

    def look(self, pixels: Pixels) -> FrameFindings:
        """Return what is seen in a frame."""


class PackageFrames:
    """A package, run in this process."""

    def __init__(self, package: Path, *, least: float | None, threads: int | None) -> None:
        from vedette.runtime.model import load

        self._model = load(package, threads=threads)
        self._least = least
        self.name = str(package)

    def look(self, pixels: Pixels) -> FrameFindings:
        """Return what is seen in a frame."""
        answer = self._model.detect(pixels, min_confidence=self._least)
        labels: dict[str, float] = {}
        for finding in answer.findings:
            labels[finding.label] = max(finding.confidence, labels.get(finding.label, 0.0))
        caption = ""
        if answer.is_anomalous is not None:
            caption = _verdict(answer.is_anomalous, answer.confidence or 0.0)
            if answer.is_anomalous and not labels:
                labels = {ANOMALY: answer.confidence or 0.0}
        return FrameFindings(labels, answer.findings, caption, answer.mask, self._model.labels)


class RemoteFrames:
    """A version that runs on a server."""

    def __init__(self, server: Server, project: str, version: str, *, least: float | None) -> None:
        service, arn = find_project(server, project, server.service)
        server = Server(service, server.endpoint, server.data)
        self._client, self._project, self._least = server.client(), project, least
        self._model = MODELS[service](server, project, arn).find(version)
        self._ask = {"rekognition": self._labels, "lookoutvision": self._anomalies}[service]
        self.name = f"{self._model.name} of {project}"

    def look(self, pixels: Pixels) -> FrameFindings:
        """Return what is seen in a frame, which is sent as a JPEG."""
        stream = io.BytesIO()
        Image.fromarray(pixels).save(stream, "JPEG", quality=QUALITY)
        return self._ask(stream.getvalue())

    def _labels(self, data: bytes) -> FrameFindings:
        more = {} if self._least is None else {"MinConfidence": self._least * 100}
        answer = self._client.detect_custom_labels(
            ProjectVersionArn=self._model.arn, Image={"Bytes": data}, **more
        )
        findings = [_finding(label) for label in answer["CustomLabels"]]
        labels: dict[str, float] = {}
        for finding in findings:
            labels[finding.label] = max(finding.confidence, labels.get(finding.label, 0.0))
        return FrameFindings(labels, findings)

    def _anomalies(self, data: bytes) -> FrameFindings:
        result = self._client.detect_anomalies(
            ProjectName=self._project, ModelVersion=self._model.name, ContentType="image/jpeg", Body=data
        )["DetectAnomalyResult"]
        sure = float(result["Confidence"])
        kinds = [kind["Name"] for kind in result.get("Anomalies", ()) if kind["Name"] != "background"]
        labels = dict.fromkeys(kinds or [ANOMALY], sure) if result["IsAnomalous"] else {}
        return FrameFindings(labels, caption=_verdict(result["IsAnomalous"], sure))


def _verdict(is_anomalous: bool, sure: float) -> str:
    return f"{'anomalous' if is_anomalous else 'normal'} {sure:.0%}"


def _finding(label: dict[str, Any]) -> Finding:
    place = label.get("Geometry", {}).get("BoundingBox")
    box = Box(place["Left"], place["Top"], place["Width"], place["Height"]) if place else None
    return Finding(label["Name"], float(label["Confidence"]) / 100, box)


def _fields(finding: Finding) -> dict[str, Any]:
    fields: dict[str, Any] = {"label": finding.label, "confidence": round(finding.confidence, 4)}
    if finding.box is not None:
        edges = (finding.box.left, finding.box.top, finding.box.width, finding.box.height)
        fields["box"] = [round(edge, 5) for edge in edges]
    if finding.area is not None:
        fields["area"] = round(finding.area, 5)
    return fields
