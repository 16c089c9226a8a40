"""Two versions on the same test pictures: figures side by side, and what got better and what worse."""

from typing import Any

from vedette.api.house import Caller, House
from vedette.api.own.models import find_model
from vedette.errors import Wrong
from vedette.evaluation.chance import Lead
from vedette.evaluation.comparing import ComparedFigures, ComparedLabel, ComparedPicture, Comparison
from vedette.projects.version import Version

USUAL = 24


def compare_versions(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Return both versions' figures on the pictures that both were tested with, and whether they differ."""
    versions = _versions(house, caller, "CompareVersions", request)
    comparison = _comparison(house, versions)
    first, second = versions
    return {
        "Task": comparison.task,
        "Images": len(comparison.pictures),
        "OnlyFirst": comparison.only_first,
        "OnlySecond": comparison.only_second,
        "Relabeled": comparison.relabelled,
        "First": _figures(first, comparison.first, len(comparison.pictures)),
        "Second": _figures(second, comparison.second, len(comparison.pictures)),
        "Lead": _lead(comparison.lead),
        "PValue": comparison.p_value,
        "Verdict": comparison.verdict,
        "Better": comparison.count("better"),
        "Worse": comparison.count("worse"),
        "BothRight": comparison.count("both-right"),
        "BothWrong": comparison.count("both-wrong"),
        "Labels": [_label(label) for label in comparison.labels],
        "OnlyFirstLabels": list(comparison.only_labels[0]),
        "OnlySecondLabels": list(comparison.only_labels[1]),
    }


def list_compared_images(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """List the common pictures of a kind, by their numbers in both evaluations; the most changed first."""
    comparison = _comparison(house, _versions(house, caller, "ListComparedImages", request))
    images = [picture for picture in comparison.pictures if picture.kind == request["Kind"]]
    images.sort(key=lambda picture: -abs(picture.gain))
    start = request.get("Offset", 0)
    page = images[start : start + request.get("MaxResults", USUAL)]
    return {"Images": [_image(picture) for picture in page], "Total": len(images)}


def _versions(house: House, caller: Caller, action: str, request: dict[str, Any]) -> tuple[Version, Version]:
    """Return both versions, if the caller may do this to both."""
    first, second = (
        find_model(house, caller, action, {"ModelArn": request[name]})
        for name in ("FirstModelArn", "SecondModelArn")
    )
    if first.id == second.id:
        raise Wrong("A version is compared with another one.", kind="version", name=first.path)
    return first, second


def _comparison(house: House, versions: tuple[Version, Version]) -> Comparison:
    folders = house.trainings.folder(versions[0]), house.trainings.folder(versions[1])
    return house.trainings.comparisons.of(versions, folders)


def _figures(version: Version, figures: ComparedFigures, images: int) -> dict[str, Any]:
    return {
        "ModelArn": str(version.arn),
        "VersionName": version.name,
        "Correct": figures.correct,
        "Accuracy": figures.correct / images if images else 0.0,
        "Precision": figures.precision,
        "Recall": figures.recall,
        "F1Score": figures.f1,
    }


def _label(label: ComparedLabel) -> dict[str, Any]:
    names = ("TruePositives", "FalsePositives", "FalseNegatives")
    sides = zip(("First", "Second"), (label.first, label.second), label.f1, strict=True)
    return {
        "Label": label.label,
        "TestImages": label.test_pictures,
        "Better": label.better,
        "Worse": label.worse,
        "Lead": _lead(label.lead),
        **{side: {**dict(zip(names, counts, strict=True)), "F1Score": f1} for side, counts, f1 in sides},
    }


def _lead(lead: Lead) -> dict[str, float]:
    return {"Share": lead.share, "Low": lead.low, "High": lead.high}


def _image(picture: ComparedPicture) -> dict[str, Any]:
    return {
        "SourceRef": picture.picture,
        "FirstNumber": picture.first,
        "SecondNumber": picture.second,
        "Gain": picture.gain,
    }
