"""How a version did on its test pictures: all of them as columns, and some of them in full."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from vedette.api.house import Caller, House
from vedette.api.own.models import find_model
from vedette.projects.version import Version
from vedette.training.results import mask_folder_of
from vedette.vision.annotations import Box
from vedette.vision.geometry import edges_of, overlaps


def get_evaluation_columns(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Answer with what every threshold over all test pictures can be counted with, packed."""
    version = find_model(house, caller, "GetEvaluationColumns", request)
    columns = house.trainings.evaluations.columns(version, house.trainings.folder(version))
    return {"Body": columns, "ContentLength": len(columns), "ContentType": "application/gzip"}


def list_evaluation_images(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Return some test pictures with what is true of them and what the model found, by their numbers."""
    version = find_model(house, caller, "ListEvaluationImages", request)
    folder = house.trainings.folder(version)
    samples = house.trainings.evaluations.samples(version, folder, request["Numbers"])
    return {"Images": [_image(house, version, sample) for sample in samples]}


def _image(house: House, version: Version, sample: Mapping[str, Any]) -> dict[str, Any]:
    truth, findings = sample["truth"], sample.get("findings", [])
    answer: dict[str, Any] = {
        "Number": sample["number"],
        "SourceRef": sample["picture"],
        "Correct": sample["correct"],
        "Findings": [_finding(finding, truth) for finding in findings],
    }
    if isinstance(truth, bool):
        answer |= {"IsAnomalous": truth, "Score": sample["score"]} | _masks(house, version, sample)
    elif "missed" in sample:
        answer |= {"TrueBoxes": [_box(item) for item in truth]}
        answer |= {"MissedBoxes": [_box(item) for item in sample["missed"]]}
    else:
        answer["TrueLabels"] = truth
    return answer


def _box(item: Mapping[str, Any]) -> dict[str, Any]:
    return {"Label": item["label"], **{name.capitalize(): value for name, value in item["box"].items()}}


def _finding(finding: Mapping[str, Any], truth: Any) -> dict[str, Any]:
    answer = {"Label": finding["label"], "Confidence": finding["confidence"]}
    if "box" in finding:
        same = [Box(**item["box"]) for item in truth if item["label"] == finding["label"]]
        shares = overlaps(edges_of([Box(**finding["box"])]), edges_of(same))
        answer |= _box(finding) | {"Outcome": finding["outcome"], "IoU": float(np.max(shares, initial=0.0))}
    if finding.get("mask_area") is not None:
        answer["Area"] = finding["mask_area"]
    return answer


def _areas(area: Mapping[str, float] | None) -> dict[str, float]:
    """Return how much of the picture a type covers; evaluations of earlier releases do not tell."""
    return {} if area is None else {"TrueArea": area["true"], "FoundArea": area["predicted"]}


def _masks(house: House, version: Version, sample: Mapping[str, Any]) -> dict[str, Any]:
    areas = sample.get("areas") or {}
    answer: dict[str, Any] = {
        "Overlaps": [
            {"Label": label, "IoU": overlap, **_areas(areas.get(label))}
            for label, overlap in (sample.get("iou") or {}).items()
            if overlap is not None
        ]
    }
    if mask := sample.get("mask"):
        colors = [{"Name": name, "Color": color} for color, name in mask["colors"].items()]
        answer["TrueMask"] = {"SourceRef": mask["ref"], "Colors": colors}
    # A copy has no masks of its own: they are the business of who trained it.
    if sample.get("findings") and not version.source:
        name = f"{house.trainings.folder(version).place_of(sample['picture']).stem}.png"
        answer["FoundMask"] = {"SourceRef": f"s3://{version.bucket}/{mask_folder_of(version)}/{name}"}
    return answer
