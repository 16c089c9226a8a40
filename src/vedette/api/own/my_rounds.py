"""Labelling rounds as who labels in them asks for them: what is open for the caller, and their answers.

A right to these operations opens nothing by itself: it is always asked whether the caller is in the round.
Whoever is not is told that there is no such round. The account's root and roles are in none.
"""

from typing import Any

from vedette.api.house import Caller, House
from vedette.api.own.round_texts import describe_labels, describe_my_round, describe_task
from vedette.api.uploads import put_upload
from vedette.errors import Missing, Wrong
from vedette.manifest.places import is_s3, split_s3
from vedette.rounds.answers import GivenAnswer
from vedette.vision.heads import PNG_START


def list_my_rounds(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """List the rounds in which the caller labels, of every region, the newest first."""
    caller.require("ListMyRounds", "*")
    membership = house.rounds.answers.rounds_of(caller.principal)
    return {"Rounds": [describe_my_round(item) for item in membership]}


def get_my_round(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Return one of them, with the labels that are asked for."""
    caller.require("GetMyRound", "*")
    membership = house.rounds.answers.find(caller.principal, request["RoundId"])
    labels = describe_labels(house, membership.project, membership.round)
    return {"Round": describe_my_round(membership), "Labels": labels}


def list_my_tasks(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """List the caller's pictures of a round with their answers, from any place."""
    caller.require("ListMyTasks", "*")
    answers = house.rounds.answers
    if "SourceRef" in request:
        task = answers.find_answer(caller.principal, request["RoundId"], request["SourceRef"])
        return {"Tasks": [describe_task(task)], "Offset": 0, "Total": 1}
    tasks, offset, total = answers.page(
        caller.principal,
        request["RoundId"],
        request.get("Show", "all"),
        offset=request.get("Offset", 0),
        around=request.get("AroundEntryId", ""),
        most=request.get("MaxResults", 100),
    )
    return {"Tasks": [describe_task(task) for task in tasks], "Offset": offset, "Total": total}


def submit_answers(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Keep the caller's answers, apart from the dataset; all or none."""
    caller.require("SubmitAnswers", "*")
    answers = [GivenAnswer(answer["Line"], answer.get("Revision", "")) for answer in request["Answers"]]
    tasks = house.rounds.answers.submit(caller.principal, request["RoundId"], answers)
    return {"Tasks": [describe_task(task) for task in tasks]}


def note_answer(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Keep what the caller tells the reviewer of a picture."""
    caller.require("NoteAnswer", "*")
    answers = house.rounds.answers
    task = answers.note(caller.principal, request["RoundId"], request["EntryId"], request["Note"])
    return {"Task": describe_task(task)}


def put_round_mask(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Store a mask for an answer, in the round's own folder, by the rights of who shared the round out."""
    caller.require("PutRoundMask", "*")
    source, data = request["SourceRef"], request["Body"]
    membership = house.rounds.answers.find(caller.principal, request["RoundId"])
    if not is_s3(source) or not data.startswith(PNG_START):
        raise Wrong("A mask is a PNG with an address of the form s3://bucket/key.", kind="mask", name=source)
    bucket, key = split_s3(source)
    folder = f"{membership.mask_folder}/"
    if not key.startswith(folder) or not house.rounds.answers.lies_in(membership.round, bucket):
        raise Wrong(
            f"Your masks of this round lie below {folder}, beside its pictures.", kind="mask", name=source
        )
    if _is_stored(house, bucket, key, data):
        return {"SourceRef": source}
    owner = house.identity.current(membership.round.owner_principal)
    put_upload(house, owner, bucket, key, data, "image/png")
    return {"SourceRef": source}


def _is_stored(house: House, bucket: str, key: str, data: bytes) -> bool:
    """Return whether this mask is there already; refuse another one under its address.

    An answer names its mask by address: with other bytes there, what a reviewer accepted would be another
    answer.
    """
    try:
        existing = house.blobs.read(bucket, key)
    except Missing:
        return False
    if existing != data:
        raise Wrong(f"Another mask lies at {key}: store this one under a new name.", kind="mask", name=key)
    return True
