"""`vedette loop …`: a version improved by what people say of new pictures, as the server's own work.

A loop tries a version on pictures that nobody labelled, gives those in doubt that differ to people, has the
next version trained, compares both, and lets an alias point to the better one. It asks before it trains and
before it moves anything, and goes on without the command that began it.
"""

import time
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from vedette.cli.dataset_edits import DatasetKind
from vedette.cli.listing import Columns, print_facts, print_list, prints_records, take
from vedette.cli.models import Project, RemoteOptions, translate_client_errors
from vedette.cli.remote import Server
from vedette.cli.remote_models import find_project
from vedette.cli.signatures import Argument, CommandGroup, Exit, Option
from vedette.errors import Missing, Wrong

app = CommandGroup(
    "The feedback loop: try, label, train again, compare, and keep the better version running."
)

POLL_S = 0.5
TASKS = ("labels", "boxes", "masks")
STEPS: Mapping[str, str] = {
    "begin": "begins",
    "look": "looks at the pictures",
    "choose": "chooses pictures",
    "share": "makes the labelling rounds",
    "label": "is being labelled",
    "train": "asks before it trains",
    "order": "begins the training",
    "learn": "trains",
    "compare": "compares",
    "move": "asks before it moves the alias",
    "start": "starts the new version",
    "switch": "moves the alias",
    "retire": "stops the old version",
    "end": "has ended",
}
# What a person does, for which no command waits.
PEOPLE = ("label", "train", "move")

LOOP_COLUMNS: Columns = {
    "name": "LoopName",
    "id": "LoopId",
    "version": "VersionName",
    "status": "Status",
    "step": "Step",
    "needs_confirmation": "NeedsConfirmation",
    "message": "Message",
    "created": "CreationDate",
    "new_version": "NewVersionName",
    "verdict": "Verdict",
}
PICTURE_COLUMNS: Columns = {"type": "DatasetType", "picture": "SourceRef"}

Facts = Mapping[str, Any]
OneLoop = Annotated[str, Argument(help="The loop's name or id; the newest without it.")]
Wait = Annotated[bool, Option("--wait/--no-wait", help="Wait until it is over, or a person's turn.")]


@app.define("start")
def start_loop(  # noqa: PLR0913  (a command's options)
    pictures: Annotated[str, Argument(help="The pictures: s3://bucket/folder/.")] = "",
    *,
    project: Project,
    name: Annotated[str, Option(help="What to call the loop, its rounds and the version that comes of it.")],
    unlabelled: Annotated[
        DatasetKind | None, Option(help="Take the pictures of this dataset that have no labels.")
    ] = None,
    alias: Annotated[str, Option(help="The alias that is to point to the better version.")] = "",
    version: Annotated[
        str, Option(help="The version to improve; else the one that the alias points to.")
    ] = "",
    most: Annotated[int, Option(min=1, max=100, help="How many pictures people label.")] = 50,
    task: Annotated[str, Option(help=f"What is labelled: {', '.join(TASKS)}.")] = "",
    people: Annotated[
        str, Option(help="Users who label: anna,ben. Else assign the rounds in the console.")
    ] = "",
    groups: Annotated[str, Option(help="Groups whose users label.")] = "",
    test_share: Annotated[
        float, Option(min=0, max=0.5, help="The share of new pictures that go into the test dataset.")
    ] = 0.2,
    yes: Annotated[
        bool, Option("--yes", help="Train, and move the alias to what is better, unasked.")
    ] = False,
    keep_old: Annotated[bool, Option("--keep-old", help="Leave the old version running as well.")] = False,
    wait: Wait = True,
    place: RemoteOptions,
) -> None:
    """Begin a loop on pictures of a bucket, or on those of a dataset without labels."""
    with translate_client_errors():
        if bool(pictures) == (unlabelled is not None):
            raise Wrong("Name a folder of a bucket, or a dataset by --unlabelled train|test.")
        loops = ServerLoops(place.reach(), project, place.service)
        wish: dict[str, Any] = {
            "Address": pictures,
            "DatasetType": unlabelled.value if unlabelled else "",
            "AliasName": alias,
            "VersionName": version,
            "Task": task,
            "UserNames": _names(people),
            "GroupNames": _names(groups),
        }
        members = {key: value for key, value in wish.items() if value}
        members |= {"MaxPictures": most, "TestShare": test_share, "Automatic": yes, "StopOld": not keep_old}
        loop = loops.begin(LoopName=name, **members)
        print(f"Begun: {name} ({loop['LoopId']}), to improve the version {loop['VersionName']} of {project}.")
        _follow(loops, loop, wait=wait)


@app.define("list")
@prints_records
def list_loops(project: Project, *, place: RemoteOptions) -> None:
    """List a project's loops, the newest first."""
    with translate_client_errors():
        print_list(LOOP_COLUMNS, ServerLoops(place.reach(), project, place.service).all(), _row)


@app.define("show")
@prints_records
def show_loop(
    loop: OneLoop = "",
    *,
    project: Project,
    sources: Annotated[bool, Option("--sources", help="List the pictures that people label.")] = False,
    place: RemoteOptions,
) -> None:
    """Show where a loop is, what it waits for, and what came of it so far."""
    with translate_client_errors():
        loops = ServerLoops(place.reach(), project, place.service)
        facts = loops.find(loop)
        pictures = [take(picture, PICTURE_COLUMNS) for picture in facts["Pictures"]]
        print_facts(
            take(facts, LOOP_COLUMNS) | {"pictures": pictures}, lambda: _show_all(facts, sources=sources)
        )


@app.define("continue")
def continue_loop(loop: OneLoop = "", *, project: Project, wait: Wait = True, place: RemoteOptions) -> None:
    """Give the word that a loop asks for, or go on with one that was stopped or failed."""
    with translate_client_errors():
        loops = ServerLoops(place.reach(), project, place.service)
        _follow(loops, loops.change("continue", loops.find(loop)), wait=wait)


@app.define("stop")
def stop_loop(loop: OneLoop = "", *, project: Project, place: RemoteOptions) -> None:
    """Leave a loop off before its next step. A round or a training that it began goes on by itself."""
    with translate_client_errors():
        loops = ServerLoops(place.reach(), project, place.service)
        _show(loops.change("stop", loops.find(loop)))


@app.define("delete")
def delete_loop(
    loop: Annotated[str, Argument(help="The loop's name or id.")], *, project: Project, place: RemoteOptions
) -> None:
    """Forget a loop that is over. Pictures, rounds and versions stay."""
    with translate_client_errors():
        loops = ServerLoops(place.reach(), project, place.service)
        loops.delete(loops.find(loop or "-"))
        print(f"Deleted: {loop} of {project}; what it made stays.")


class ServerLoops:
    """The loops of one project on a server."""

    def __init__(self, server: Server, project: str, service: str = "") -> None:
        _, self.arn = find_project(server, project, service)
        self.project = project
        self._own = server.client("vedette")

    def begin(self, **members: Any) -> Facts:
        """Begin a loop."""
        return _loop(self._own.start_loop(ProjectArn=self.arn, **members))

    def all(self) -> Sequence[Facts]:
        """Return the loops, the newest first."""
        loops: Sequence[Facts] = self._own.list_loops(ProjectArn=self.arn)["Loops"]
        return loops

    def find(self, text: str) -> Facts:
        """Return the newest loop of that name, or the one of that id; the newest where none is named."""
        for loop in self.all():
            if text in ("", loop["LoopName"], loop["LoopId"]):
                return loop
        raise Missing(f"The project {self.project} has no loop {text}.".replace(" .", "."))

    def change(self, verb: str, loop: Facts) -> Facts:
        """Stop a loop or go on with it, or look at it again; return it as it is then."""
        return _loop(getattr(self._own, f"{verb}_loop")(ProjectArn=self.arn, LoopId=loop["LoopId"]))

    def delete(self, loop: Facts) -> None:
        """Forget a loop."""
        self._own.delete_loop(ProjectArn=self.arn, LoopId=loop["LoopId"])


def _loop(answer: Mapping[str, Any]) -> Facts:
    facts: Facts = answer["Loop"]
    return facts


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _follow(loops: ServerLoops, loop: Facts, *, wait: bool) -> None:
    """Say what a loop does until it is over or a person's turn; Ctrl-C leaves it to the server."""
    step = ""
    while wait and loop["Status"] == "running" and not _is_for_people(loop):
        if loop["Step"] != step:
            step = loop["Step"]
            print(f"{loop['LoopName']} {STEPS[step]}.")
        time.sleep(POLL_S)
        loop = loops.change("describe", loop)
    _show(loop)
    if loop["Status"] == "failed":
        raise Exit(1)


def _show_all(loop: Facts, *, sources: bool) -> None:
    _show(loop)
    for picture in loop["Pictures"] if sources else ():
        print(f"{picture['DatasetType']}  {picture['SourceRef']}")


def _is_for_people(loop: Facts) -> bool:
    return loop["Step"] == "label" if not loop["NeedsConfirmation"] else loop["Step"] in PEOPLE


def _show(loop: Facts) -> None:
    state = STEPS[loop["Step"]] if loop["Status"] == "running" else f"is {loop['Status']}"
    print(f"{loop['LoopName']} {state}. {loop['Message']}".rstrip())
    if loop["Pictures"]:
        sides = [picture["DatasetType"] for picture in loop["Pictures"]]
        label_count = f", {loop['Labeled']} labelled" if "Labeled" in loop else ""
        count = len(sides)
        print(
            f"Of {loop['LookedAt']} pictures {count} chosen: {sides.count('test')} for the test{label_count}."
        )
    if "Verdict" in loop:
        right = f"{loop['NewCorrect']} and {loop['OldCorrect']} right, {loop['Verdict']}"
        names = f"{loop['NewVersionName']} against {loop['VersionName']}"
        print(f"{names} on {loop['Compared']} test pictures: {right} (p {loop['PValue']:.3f}).")
    if loop["NeedsConfirmation"]:
        print(f"Go on by: vedette loop continue {loop['LoopName']}")


def _row(loop: Facts) -> tuple[str, ...]:
    return (
        loop["LoopName"],
        loop["LoopId"],
        f"version {loop['VersionName']}",
        loop["Status"],
        STEPS[loop["Step"]],
        loop["Message"],
        f"{loop['CreationDate']:%Y-%m-%d %H:%M}",
    )
