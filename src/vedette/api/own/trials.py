"""Trial detections: a version run over pictures without labels, and what people say of its guesses.

Lookout for Vision has three actions for them in policies and no operation; projects of that service ask for
those, the others for Vedette's own of the same names (decisions/0328).
"""

from functools import partial
from typing import Any

from vedette.api.house import Caller, House
from vedette.api.own.projects import find_project
from vedette.arn import parse_arn
from vedette.clock import from_milliseconds
from vedette.errors import Denied, Missing
from vedette.identity.may import require
from vedette.projects.project import Project
from vedette.trials.adding import AddingOrder
from vedette.trials.values import NewTrial, PictureVerdict, Trial, TrialPicture, TrialView

LOOKOUT = "lookoutvision"
START, LIST, DESCRIBE = "StartTrialDetection", "ListTrialDetections", "DescribeTrialDetection"


def start_trial_detection(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Begin to look at pictures of a bucket, or at those of a dataset that have no labels."""
    project = find_trial_project(house, caller, START, request)
    wish = NewTrial(
        request["TrialName"],
        request["VersionName"],
        request.get("Address", ""),
        tuple(request.get("SourceRefs", ())),
        request.get("DatasetType"),
    )
    if wish.dataset is not None:
        # Who may not list entries sees none by this way.
        caller.require("ListEntries", request["ProjectArn"])
    return {"Trial": describe_trial(house.trials.begin(project, wish, caller.principal))}


def list_trial_detections(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """List a project's trials, the newest first."""
    project = find_trial_project(house, caller, LIST, request)
    return {"Trials": [describe_trial(trial) for trial in house.trials.of_project(project)]}


def describe_trial_detection(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Return how far a trial is, and what was said of it."""
    project = find_trial_project(house, caller, DESCRIBE, request)
    return {"Trial": describe_trial(house.trials.find(project, request["TrialId"]))}


def stop_trial_detection(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Leave off; what was answered stays."""
    project = find_project(house, caller, "StopTrialDetection", request["ProjectArn"])
    return {"Trial": describe_trial(house.trials.cancel(project, request["TrialId"]))}


def delete_trial_detection(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Forget a trial that is over; datasets keep what was added to them."""
    project = find_project(house, caller, "DeleteTrialDetection", request["ProjectArn"])
    house.trials.delete(project, request["TrialId"])
    return {}


def list_trial_pictures(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """List pictures of a trial with what was guessed and said of each."""
    project = find_trial_project(house, caller, DESCRIBE, request)
    trial = house.trials.find(project, request["TrialId"])
    page = house.trials.page(trial, _view(request))
    return {"Pictures": [_picture(picture) for picture in page.pictures], "Total": page.total}


def get_trial_mask(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Return the mask that was guessed of a picture."""
    project = find_trial_project(house, caller, DESCRIBE, request)
    trial = house.trials.find(project, request["TrialId"])
    return {"Body": house.trials.mask(trial, request["PictureId"])}


def verify_trial_pictures(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Say of guesses whether they are right; what somebody else has said meanwhile is named and stays."""
    project = find_project(house, caller, "VerifyTrialPictures", request["ProjectArn"])
    trial = house.trials.find(project, request["TrialId"])
    verdicts = [
        PictureVerdict(item["PictureId"], item["Verdict"], item["Revision"], item.get("Line", ""))
        for item in request["Verdicts"]
    ]
    result = house.trials.verify(project, trial, verdicts, caller.principal)
    return {
        "Pictures": [_picture(picture) for picture in result.accepted],
        "Conflicts": [_picture(picture) for picture in result.conflicts],
        "Gone": list(result.removed),
    }


def add_trial_pictures(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Put verified pictures into a dataset; those that are left out are named, with the reason."""
    project = find_project(house, caller, "AddTrialPictures", request["ProjectArn"])
    # Who may not edit entries may not add any by this way.
    caller.require("UpdateEntries", request["ProjectArn"])
    trial = house.trials.find(project, request["TrialId"])
    may_move = partial(_may_move, caller, request["ProjectArn"])
    order = AddingOrder(request["DatasetType"], tuple(request.get("PictureIds", ())), may_move)
    result = house.trials.add(project, trial, order, caller.principal)
    return {
        "Added": result.added,
        "Present": result.present,
        "LeftOut": [{"PictureId": item.number, "Reason": item.reason} for item in result.left_out],
        **({"NewLabels": result.new_labels} if result.new_labels else {}),
    }


def _may_move(caller: Caller, project: str) -> bool:
    """Say whether the caller may take entries out of the other dataset."""
    try:
        caller.require("MoveEntries", project)
    except Denied:
        return False
    return True


def find_trial_project(house: House, caller: Caller, action: str, request: dict[str, Any]) -> Project:
    """Return the project, if the caller may do this; of Lookout by that service's own action."""
    text = request["ProjectArn"]
    arn = parse_arn(text)
    if arn.service != LOOKOUT:
        return find_project(house, caller, action, text)
    # The service authorises these on everything: they have no resource (spec, 12.2), and so no account.
    require(caller.principal, f"{LOOKOUT}:{action}", "*", lambda: caller.context)
    if arn.account != caller.account:
        raise Missing(f"There is no project {text}.", kind="project", name=text)
    return house.projects.find_by_arn(text, caller.region)


def describe_trial(trial: Trial) -> dict[str, Any]:
    """Return a trial, in the words of the shapes."""
    counts = trial.counts
    return {
        "TrialId": trial.id,
        "TrialName": trial.name,
        "VersionName": trial.version_name,
        "Address": trial.address,
        "Status": trial.status,
        "Message": trial.message,
        "CreatedBy": trial.caller.get("arn", ""),
        "Total": counts.total,
        "Answered": counts.answered,
        "Unreadable": counts.unreadable,
        "Correct": counts.correct,
        "Incorrect": counts.incorrect,
        "Corrected": counts.corrected,
        "Added": counts.added,
        "Addable": counts.addable,
        "CreationDate": from_milliseconds(trial.created_ms),
        "UpdateDate": from_milliseconds(trial.changed_ms),
    }


def _view(request: dict[str, Any]) -> TrialView:
    return TrialView(
        state=request.get("State"),
        is_verified=request.get("Verified"),
        verdict=request.get("Verdict"),
        numbers=tuple(request.get("PictureIds", ())),
        address=request.get("SourceRef", ""),
        order=request.get("Order", "number"),
        offset=request.get("Offset", 0),
        most=request.get("MaxResults", 100),
    )


def _picture(picture: TrialPicture) -> dict[str, Any]:
    guess = picture.guess
    answer: dict[str, Any] = {
        "PictureId": picture.number,
        "SourceRef": picture.address,
        "State": picture.state,
        "Message": picture.message,
        "Confidence": picture.confidence,
        "Doubt": picture.doubt,
        "Labels": list(guess.get("labels") or ()),
        "HasMask": picture.has_mask,
        "Line": picture.line,
        "Verdict": picture.verdict,
        "Revision": picture.revision,
        "VerifiedLine": picture.verified_line,
        "VerifiedBy": picture.verified_by,
        "AddedTo": picture.added,
    }
    if guess.get("boxes") is not None:
        names = ("Label", "Confidence", "Left", "Top", "Width", "Height")
        answer["Boxes"] = [dict(zip(names, box, strict=True)) for box in guess["boxes"]]
    if guess.get("is_anomalous") is not None:
        answer["AnomalyClass"] = "anomaly" if guess["is_anomalous"] else "normal"
    if guess.get("colors"):
        colors = guess["colors"].items()
        answer["MaskColors"] = [{"Name": name, "Color": color} for color, name in colors]
    if picture.verified_ms:
        answer["VerifiedDate"] = from_milliseconds(picture.verified_ms)
    return answer
