"""Labelling rounds as who leads them asks for them: made, shared out, reviewed and handed back.

People are named as users of the caller's account; a group stands for who is in it at that moment.
"""

from typing import Any

from vedette.api.house import Caller, House
from vedette.api.own.entries import find_dataset
from vedette.api.own.projects import find_project
from vedette.api.own.queries import read_conditions
from vedette.api.own.round_texts import describe_answer, describe_labels, describe_round
from vedette.api.paging import read_page
from vedette.clock import from_milliseconds, milliseconds
from vedette.errors import Missing
from vedette.projects.project import Project
from vedette.rounds.handback import ConflictChoice
from vedette.rounds.round import ExamplePicture, NewRound, Person, ReviewedPicture, ReviewVerdict


def create_round(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Make a round of every picture of a dataset that passes; nobody labels before it is assigned."""
    project, dataset = find_dataset(house, caller, "CreateRound", request)
    deadline = request.get("Deadline")
    new = NewRound(
        name=request["Name"],
        task=request["Task"],
        instructions=request.get("Instructions", ""),
        examples=_examples(request),
        double_share=request.get("DoubleShare", 0.0),
        deadline_ms=None if deadline is None else milliseconds(deadline),
        late=request.get("Late", "accept"),
    )
    conditions = read_conditions(request)
    created = house.rounds.leads.create(project, dataset, new, conditions, caller.principal)
    return {"Round": describe_round(created, project)}


def describe_one_round(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Return a round with its people and its counts, and the labels that are asked for."""
    project = _project(house, caller, "DescribeRound", request)
    current = house.rounds.leads.find(project, request["RoundId"])
    return {"Round": describe_round(current, project), "Labels": describe_labels(house, project, current)}


def list_rounds(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """List a project's rounds, the newest first."""
    project = _project(house, caller, "ListRounds", request)
    rounds = house.rounds.leads.in_project(project, request.get("DatasetType", ""))
    return {"Rounds": [describe_round(item, project) for item in rounds]}


def list_round_people(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """List who can be asked to label: the account's users by name, and its groups."""
    _project(house, caller, "ListRoundPeople", request)
    directory = house.identity.directory
    return {
        "UserNames": [user.name for user in directory.users(caller.account)],
        "Groups": [
            {"GroupName": group.name, "UserNames": list(group.users)}
            for group in directory.groups.in_account(caller.account)
        ],
    }


def update_round(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Say anew what is asked for and until when; what is left out stays."""
    project = _project(house, caller, "UpdateRound", request)
    current = house.rounds.leads.find(project, request["RoundId"])
    deadline = request.get("Deadline")
    deadline_ms = current.deadline_ms if deadline is None else milliseconds(deadline)
    new = NewRound(
        name=current.name,
        task=current.task,
        instructions=request.get("Instructions", current.instructions),
        examples=_examples(request) if "Examples" in request else current.examples,
        double_share=current.double_share,
        deadline_ms=None if request.get("NoDeadline") else deadline_ms,
        late=request.get("Late", current.late),
    )
    updated = house.rounds.leads.update(project, current.id, new, caller.principal)
    return {"Round": describe_round(updated, project)}


def assign_round(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Let these users label in a round and no others; a draft is opened by it."""
    project = _project(house, caller, "AssignRound", request)
    people = _people(house, caller, request)
    assigned = house.rounds.leads.assign(project, request["RoundId"], people, caller.principal)
    return {"Round": describe_round(assigned, project)}


def reassign_tasks(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Give what is open for one person of a round to others who label in it."""
    project = _project(house, caller, "ReassignTasks", request)
    leads = house.rounds.leads
    people = {person.user_id: person for person in leads.find(project, request["RoundId"]).people}
    takers = [people.get(user, Person(user, user)) for user in request["ToUserIds"]]
    reassigned = leads.reassign(project, request["RoundId"], request["UserId"], takers)
    return {"Round": describe_round(reassigned, project)}


def end_round(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """End the labelling of a round early: open pictures are taken back, answers are reviewed."""
    project = _project(house, caller, "EndRound", request)
    return {"Round": describe_round(house.rounds.leads.end(project, request["RoundId"]), project)}


def cancel_round(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """End a round without a hand-back."""
    project = _project(house, caller, "CancelRound", request)
    return {"Round": describe_round(house.rounds.leads.cancel(project, request["RoundId"]), project)}


def delete_round(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Delete a round that has ended, or was never opened, with its answers."""
    project = _project(house, caller, "DeleteRound", request)
    house.rounds.leads.delete(project, request["RoundId"])
    return {}


def list_round_pictures(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """List pictures of a round with everybody's answers, filtered by what became of them."""
    project = _project(house, caller, "ListRoundPictures", request)
    filters = {
        "status": request.get("Status", ""),
        "person": request.get("UserId", ""),
        "disagreeing": request.get("Disagreeing", False),
        "outcome": request.get("Outcome", ""),
    }
    page = read_page(house, request, "ListRoundPictures", request["RoundId"], repr(filters))
    leads = house.rounds.leads
    pictures, more = leads.pictures(
        project, request["RoundId"], **filters, after=page.after(-1), most=page.size
    )
    answer = {"Pictures": [_picture(picture) for picture in pictures]}
    return page.answer(answer, pictures[-1].number if more else None)


def review_answers(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Accept answers or send them back with a comment; or accept all that nobody contradicts."""
    project = _project(house, caller, "ReviewAnswers", request)
    leads = house.rounds.leads
    if request.get("AcceptAgreed"):
        reviewed = leads.accept_agreed(project, request["RoundId"])
        if not request.get("Verdicts"):
            return {"Round": describe_round(reviewed, project)}
    verdicts = [
        ReviewVerdict(
            verdict["EntryId"],
            verdict["UserId"],
            verdict["Verdict"] == "accept",
            verdict.get("Comment", ""),
            verdict.get("Revision", ""),
        )
        for verdict in request.get("Verdicts", ())
    ]
    reviewed = leads.review(project, request["RoundId"], verdicts, caller.principal.name)
    return {"Round": describe_round(reviewed, project)}


def describe_round_agreement(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Return how far the people of a round agree: in all, each of them, and over which labels they differ."""
    project = _project(house, caller, "DescribeRoundAgreement", request)
    agreement = house.rounds.statistics.agreement(project, request["RoundId"])
    return {
        "Compared": agreement.compared,
        "Agreed": agreement.agreed,
        "MeanAgreement": agreement.mean,
        "People": [
            {
                "UserId": person.user_id,
                "UserName": person.name,
                "Answered": person.answered,
                "Accepted": person.accepted,
                "SentBack": person.sent_back,
                "Compared": person.compared,
                "Agreed": person.agreed,
                "MeanAgreement": person.mean,
                "Open": person.open,
                "Late": person.late,
                "Skipped": person.skipped,
                "Unsure": person.unsure,
                **({} if person.seconds is None else {"SecondsPerPicture": person.seconds}),
                **({} if person.last_ms is None else {"LastAnswerDate": from_milliseconds(person.last_ms)}),
            }
            for person in agreement.people
        ],
        "Confusions": [
            {"One": item, "Other": second, "Pictures": count} for item, second, count in agreement.confusions
        ],
    }


def preview_hand_back(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Return what a hand-back would do now, without doing it."""
    project = _project(house, caller, "PreviewHandBack", request)
    preview = house.rounds.hand_backs.preview(project, request["RoundId"])
    return {
        "Ready": preview.ready,
        "Unchanged": preview.unchanged,
        "Conflicts": preview.conflicts,
        "Removed": preview.removed,
        "Unreviewed": preview.unreviewed,
        "Unanswered": preview.unanswered,
        "Labels": [{"Name": name, "Pictures": pictures} for name, pictures in preview.labels],
    }


def hand_back_round(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Begin to put a round's accepted answers into the dataset."""
    project = _project(house, caller, "HandBackRound", request)
    # Who may not change the dataset's entries one by one may not do it by a round.
    caller.require("UpdateEntries", request["ProjectArn"])
    started = house.rounds.hand_backs.start(project, request["RoundId"], caller.principal)
    return {"Round": describe_round(started, project)}


def resolve_round_conflicts(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Settle pictures that were changed in the dataset while the round was labelled."""
    project = _project(house, caller, "ResolveRoundConflicts", request)
    caller.require("UpdateEntries", request["ProjectArn"])
    choices = [
        ConflictChoice(choice["EntryId"], choice["Take"], choice.get("Revision", ""))
        for choice in request["Choices"]
    ]
    hand_backs = house.rounds.hand_backs
    settled = hand_backs.resolve(project, request["RoundId"], choices, caller.principal)
    return {"Round": describe_round(settled, project)}


def _project(house: House, caller: Caller, action: str, request: dict[str, Any]) -> Project:
    return find_project(house, caller, action, request["ProjectArn"])


def _examples(request: dict[str, Any]) -> tuple[ExamplePicture, ...]:
    examples = request.get("Examples", ())
    return tuple(
        ExamplePicture(example["SourceRef"], example.get("Note", ""), example.get("Kind", ""))
        for example in examples
    )


def _people(house: House, caller: Caller, request: dict[str, Any]) -> list[Person]:
    """Return the users that a request names, by themselves and by their groups."""
    directory = house.identity.directory
    names = list(request.get("UserNames", ()))
    if group_names := request.get("GroupNames"):
        groups = {group.name: group for group in directory.groups.in_account(caller.account)}
        for name in group_names:
            if name not in groups:
                raise Missing(f"There is no group {name}.", kind="group", name=name)
            names += groups[name].users
    users = {user.name: user for user in directory.users(caller.account)}
    for name in names:
        if name not in users:
            raise Missing(f"There is no user {name} in account {caller.account}.", kind="user", name=name)
    return [Person(users[name].user_id, name) for name in dict.fromkeys(names)]


def _picture(picture: ReviewedPicture) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "Number": picture.number,
        "EntryId": picture.entry,
        "SourceRef": picture.source,
        "Outcome": picture.outcome,
        "Answers": [describe_answer(item) for item in picture.answers],
    }
    if picture.agreement is not None:
        answer |= {"Agreement": picture.agreement, "Agrees": bool(picture.agrees)}
    if picture.current:
        answer |= {"CurrentLine": picture.current, "CurrentRevision": picture.current_revision}
    return answer
