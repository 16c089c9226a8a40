"""Trainings before, during and after: what one would learn, one stopped, and what came of one."""

from typing import Any

from vedette.api.house import Caller, House
from vedette.api.own.backbones import describe_backbones, used_backbone
from vedette.api.own.models import find_model
from vedette.api.own.projects import find_project
from vedette.api.uploads import upload_bucket
from vedette.dialects.training_data import Need, TrainingPreview
from vedette.errors import Busy, Missing
from vedette.projects.project import Project
from vedette.training.estimate import Estimate
from vedette.training.report import CandidateReport, LabelReport


def preview_training(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Return what a training would learn if it began now, and what keeps it from beginning."""
    project = find_project(house, caller, "PreviewTraining", request["ProjectArn"])
    answer = {"DefaultBudget": house.settings.training_budget, **_output(house, caller, project)}
    answer["Backbones"] = describe_backbones(house, project.scope.account)
    try:
        preview = house.trainings.facts.preview(project)
    except Busy as refusal:
        need = {"Code": refusal.kind, "Message": refusal.sentence, "DatasetType": refusal.name or "train"}
        return answer | {"CanTrain": False, "Needs": [need], "Labels": []}
    split = "dataset" if "test" in preview.parts else "divide" if project.dialect.divides_datasets else "once"
    estimates = [_estimate(item) for item in house.trainings.facts.estimates(caller.account, preview)]
    return answer | {"Split": split, "Estimates": estimates} | _preview(preview)


def stop_training(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Stop a training that waits or is under way; its version has failed then."""
    house.trainings.stop(find_model(house, caller, "StopTraining", request))
    return {}


def get_training_report(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Return how well a trained model does on its test pictures, in few figures, and what competed."""
    version = find_model(house, caller, "GetTrainingReport", request)
    report = house.trainings.facts.report(version)
    if report is None:
        sentence = f"The version {version.name} of {version.project.name} has no model."
        raise Missing(sentence, kind="version", name=version.path)
    answer: dict[str, Any] = {
        "Task": report.task,
        "TrainImages": report.train_pictures,
        "TestImages": report.test_pictures,
        "Precision": report.precision,
        "Recall": report.recall,
        "F1Score": report.f1,
        "Budget": report.budget,
        "Labels": [_label(label) for label in report.labels],
        "Candidates": [_candidate(candidate) for candidate in report.candidates],
    }
    if report.correct is not None:
        answer["Correct"] = report.correct
    if version.billable_s is not None:
        answer["Seconds"] = version.billable_s
    if version.is_archived:
        answer["TrainedAtAws"] = True
    if backbone := used_backbone(version):
        answer["Backbone"] = backbone
    if report.advice:
        answer["MoreImagesOf"] = report.advice["label"]
        answer["MoreImagesQuality"] = report.advice["quality"]
    return answer


def _output(house: House, caller: Caller, project: Project) -> dict[str, Any]:
    """Return where results would go: as those of the newest version did, or into the bucket of uploads."""
    # Where files of AWS lie, which nothing may overwrite, is no place for the next training's.
    newest = [version for version in house.versions.list(project)[0] if not version.is_archived]
    place = {"OutputBucket": upload_bucket(house, caller.account, caller.region)}
    place["OutputPrefix"] = f"models/{project.name}/"
    # One that was written down without a bucket, by hand or by a test, names no place for the next.
    if newest and newest[0].bucket:
        place = {"OutputBucket": newest[0].bucket, "OutputPrefix": newest[0].prefix}
    return {**place, "HasOutputBucket": house.blobs.has_bucket(place["OutputBucket"])}


def _preview(preview: TrainingPreview) -> dict[str, Any]:
    train, test = preview.parts.get("train"), preview.parts.get("test")
    names = dict.fromkeys([*(train.labels if train else ()), *(test.labels if test else ())])
    answer: dict[str, Any] = {
        "CanTrain": not preview.needs,
        "Needs": [describe_need(need) for need in preview.needs],
        "TrainImages": train.pictures if train else 0,
        "TestImages": test.pictures if test else 0,
        "Unusable": sum(part.unusable for part in preview.parts.values()),
        "Unlabeled": sum(part.unlabelled for part in preview.parts.values()),
        "Labels": [
            {
                "Label": name,
                "TrainImages": train.labels[name] if train else 0,
                "TestImages": test.labels[name] if test else 0,
            }
            for name in sorted(names)
        ],
    }
    return answer | ({"Task": preview.task} if preview.task else {})


def _estimate(item: Estimate) -> dict[str, Any]:
    return {
        "Budget": item.budget,
        "Seconds": round(item.seconds, 1),
        "LeastSeconds": round(item.least, 1),
        "MostSeconds": round(item.most, 1),
        "Trainings": item.trainings,
    }


def describe_need(need: Need) -> dict[str, Any]:
    """Return one thing that keeps a training from beginning."""
    answer = {
        "Code": need.code,
        "Message": need.message,
        "DatasetType": need.part,
        "Labels": list(need.labels),
        "SourceRef": need.source,
        "Missing": need.missing,
    }
    return {name: value for name, value in answer.items() if value not in ("", [], 0)}


def _label(label: LabelReport) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "Label": label.label,
        "TestImages": label.test_pictures,
        "Precision": label.precision,
        "Recall": label.recall,
        "F1Score": label.f1,
        "Threshold": label.threshold,
        "IoU": label.iou,
    }
    if label.counts is not None:
        answer["TruePositives"], answer["FalsePositives"] = label.counts.tp, label.counts.fp
        answer["FalseNegatives"], answer["TrueNegatives"] = label.counts.fn, label.counts.tn
    return {name: value for name, value in answer.items() if value is not None}


def _candidate(candidate: CandidateReport) -> dict[str, Any]:
    return {
        "Recipe": candidate.recipe,
        "State": candidate.state,
        "Quality": candidate.quality,
    }
