"""Rounds, answers and labels in the spelling of the shapes."""

from collections.abc import Sequence
from typing import Any

from vedette.api.house import House
from vedette.clock import from_milliseconds
from vedette.datasets.dataset import Kind
from vedette.errors import Refusal
from vedette.projects.project import Project
from vedette.rounds.membership import MyRound
from vedette.rounds.round import Comment, ExamplePicture, Round, RoundAnswer

MOST_LABELS = 250
"""As many as a dataset may have."""


def describe_round(current: Round, project: Project) -> dict[str, Any]:
    """Return a round as who leads it sees it."""
    counts = current.counts
    return {
        "RoundId": current.id,
        "ProjectArn": str(project.arn),
        "DatasetType": current.kind,
        "Name": current.name,
        "Task": current.task,
        "Status": current.status,
        "Message": current.message,
        "Instructions": current.instructions,
        "Examples": _examples(current.examples),
        "DoubleShare": current.double_share,
        **_deadline(current),
        "Late": current.late,
        "CreationDate": current.created,
        "JobName": current.job,
        "People": [{"UserId": person.user_id, "UserName": person.name} for person in current.people],
        "Counts": {
            "Pictures": counts.pictures,
            "Doubled": counts.doubled,
            "Tasks": counts.tasks,
            "Open": counts.open,
            "Answered": counts.answered,
            "SentBack": counts.sent_back,
            "Accepted": counts.accepted,
            "SetAside": counts.set_aside,
            "Compared": counts.compared,
            "Agreed": counts.agreed,
            "HandedBack": counts.handed_back,
            "Conflicts": counts.conflicts,
            "Removed": counts.removed,
        },
    }


def describe_my_round(membership: MyRound) -> dict[str, Any]:
    """Return a round as one of its people sees it: nothing of the others."""
    current, scope = membership.round, membership.project.scope
    return {
        "RoundId": current.id,
        "Name": current.name,
        "ProjectArn": str(membership.project.arn),
        "ProjectName": membership.project.name,
        "Service": scope.service,
        "Region": scope.region,
        "DatasetType": current.kind,
        "Task": current.task,
        "Status": current.status,
        "Instructions": current.instructions,
        "Examples": _examples(current.examples),
        **_deadline(current),
        "Late": current.late,
        "JobName": current.job,
        "MaskFolder": membership.mask_folder,
        "Open": membership.open,
        "Answered": membership.answered,
        "SentBack": membership.sent_back,
        "Accepted": membership.accepted,
    }


def describe_answer(answer: RoundAnswer) -> dict[str, Any]:
    """Return an answer with what was said of it."""
    described = {
        "UserId": answer.person.user_id,
        "UserName": answer.person.name,
        "Status": answer.status,
        "Line": answer.line,
        "Revision": answer.revision,
        "Kind": answer.kind,
        "Note": answer.note,
        "Comments": describe_comments(answer.comments),
    }
    return described if answer.answered is None else {**described, "AnswerDate": answer.answered}


def describe_task(answer: RoundAnswer) -> dict[str, Any]:
    """Return a person's own task."""
    return {
        "EntryId": answer.entry,
        "SourceRef": answer.source,
        "Status": answer.status,
        "Line": answer.line,
        "Revision": answer.revision,
        "Kind": answer.kind,
        "Note": answer.note,
        "Comments": describe_comments(answer.comments),
    }


def describe_comments(comments: Sequence[Comment]) -> list[dict[str, Any]]:
    """Return comments in the order in which they came."""
    return [{"Author": comment.author, "Text": comment.text, "Date": comment.at} for comment in comments]


def describe_labels(house: House, project: Project, current: Round) -> list[dict[str, str]]:
    """Return the labels of a round's project: the decided ones with colour and key, then those in use."""
    settings = house.datasets.label_settings.list(project)
    labels = [{"Name": setting.name, "Color": setting.colour, "Key": setting.key} for setting in settings]
    names = {setting.name for setting in settings}
    kind: Kind = "train" if current.kind == "train" else "test"
    try:
        used, _ = house.datasets.contents.labels(house.datasets.find(project, kind), most=MOST_LABELS)
    except Refusal:  # the dataset was deleted, or is being made anew
        used = []
    labels += [{"Name": label.name, "Color": "", "Key": ""} for label in used if label.name not in names]
    return labels[:MOST_LABELS]


def _examples(examples: Sequence[ExamplePicture]) -> list[dict[str, str]]:
    return [{"SourceRef": example.source, "Note": example.note, "Kind": example.kind} for example in examples]


def _deadline(current: Round) -> dict[str, Any]:
    return {} if current.deadline_ms is None else {"Deadline": from_milliseconds(current.deadline_ms)}
