"""`vedette trial …`: a version run over pictures that nobody has labelled, verified, added to a dataset.

Each command works from anywhere by the server's operations, as any customer's program does. A trial goes on
without the command that began it.
"""

import time
from collections.abc import Sequence
from typing import Annotated, Any

from vedette.cli.dataset_edits import DatasetKind
from vedette.cli.listing import Columns, is_for_people, print_list, prints_records
from vedette.cli.models import Project, RemoteOptions, Which, translate_client_errors
from vedette.cli.remote_models import open_models
from vedette.cli.remote_trials import USABLE, Facts, ProjectTrials, pictures_below
from vedette.cli.signatures import Argument, CommandGroup, Exit, Option
from vedette.cli.terminal import ProgressLine
from vedette.cli.trial_pictures import Kind, ListOptions, Names, OpenTrial, VerdictOptions, VerdictWord
from vedette.errors import Wrong

POLL_S = 0.5

app = CommandGroup("Trials of a version on pictures without labels, on a running server.")

TrialName = Annotated[str, Option("--trial", help="The trial's name or id; the newest without it.")]
OneTrial = Annotated[str, Argument(help="The trial's name or id; the newest without it.")]


TRIAL_COLUMNS: Columns = {
    "name": "TrialName",
    "id": "TrialId",
    "version": "VersionName",
    "status": "Status",
    "pictures": "Total",
    "answered": "Answered",
    "unreadable": "Unreadable",
    "correct": "Correct",
    "incorrect": "Incorrect",
    "corrected": "Corrected",
    "added": "Added",
    "created": "CreationDate",
    "message": "Message",
}


@app.define("start")
def start_trial(  # noqa: PLR0913  (a command's options)
    pictures: Annotated[
        list[str] | None,
        Argument(
            metavar="[PICTURES]...",
            help="A folder of a bucket (s3://bucket/folder/), pictures in buckets, or files and folders.",
        ),
    ] = None,
    *,
    project: Project,
    name: Annotated[str, Option(help="What to call the trial.")],
    unlabelled: Annotated[
        DatasetKind | None, Option(help="Try the pictures of this dataset that have no labels.")
    ] = None,
    version: Which = "",
    to: Annotated[
        str, Option(help="Where files of this computer go: s3://bucket/folder, best the dataset's bucket.")
    ] = "",
    wait: Annotated[bool, Option("--wait/--no-wait", help="Wait until it is done.")] = True,
    place: RemoteOptions,
) -> None:
    """Run a version over pictures that nobody has labelled: 2,000 at most. It need not be running."""
    with translate_client_errors():
        server = place.reach()
        trials = ProjectTrials(server, project, place.service)
        model = open_models(server, project, place.service).find(version).name
        trial = trials.begin(name, model, _choose(trials, pictures or (), to, unlabelled))
        print(f"Begun: {trial['TrialName']} ({trial['TrialId']}), {trial['Total']} pictures.")
        if wait:
            _follow(trials, trial)


@app.define("list")
@prints_records
def list_trials(project: Project, place: RemoteOptions) -> None:
    """List a project's trials, the newest first."""
    with translate_client_errors():
        trials = _trials_of(place, project).newest_first()
        print_list(TRIAL_COLUMNS, trials, _row)


@app.define("show")
@prints_records
def show_trial(
    trial: OneTrial = "",
    *,
    project: Project,
    options: ListOptions,
    place: RemoteOptions,
) -> None:
    """Show how far a trial is, and its pictures with what was guessed and said of each."""
    with translate_client_errors():
        trials = _trials_of(place, project)
        facts = trials.find(trial)
        if not options.as_lines and is_for_people():
            print(_summary(facts))
        OpenTrial(trials, facts["TrialId"]).show(options)


@app.define("verify")
def verify_trial(
    verdict: VerdictWord,
    pictures: Names = None,
    *,
    project: Project,
    trial: TrialName = "",
    options: VerdictOptions,
    place: RemoteOptions,
) -> None:
    """Say of pictures that the guess is right or not, or what they show instead."""
    with translate_client_errors():
        _open(place, project, trial).verify(verdict, pictures or (), options)


@app.define("add")
def add_verified(
    pictures: Names = None,
    *,
    project: Project,
    trial: TrialName = "",
    kind: Kind = DatasetKind.TRAIN,
    place: RemoteOptions,
) -> None:
    """Put verified pictures into a dataset: those that are named, or all. What is left out says why."""
    with translate_client_errors():
        _open(place, project, trial).add(kind, pictures or ())


@app.define("stop")
def stop_trial(trial: OneTrial = "", *, project: Project, place: RemoteOptions) -> None:
    """Leave a trial off; what was answered stays and can be verified."""
    with translate_client_errors():
        trials = _trials_of(place, project)
        print(_summary(trials.stop(trials.find(trial)["TrialId"])))


@app.define("delete")
def delete_trial(
    trial: Annotated[str, Argument(help="The trial's name or id.")],
    *,
    project: Project,
    place: RemoteOptions,
) -> None:
    """Forget a trial that is over; datasets keep what was added to them."""
    with translate_client_errors():
        trials = _trials_of(place, project)
        trials.delete(trials.find(trial or "-")["TrialId"])
        print(f"Deleted: {trial} of {project}.")


def _trials_of(place: RemoteOptions, project: str) -> ProjectTrials:
    return ProjectTrials(place.reach(), project, place.service)


def _open(place: RemoteOptions, project: str, trial: str) -> OpenTrial:
    trials = _trials_of(place, project)
    return OpenTrial(trials, trials.find(trial)["TrialId"])


def _choose(
    trials: ProjectTrials, sources: Sequence[str], to: str, unlabelled: DatasetKind | None
) -> dict[str, Any]:
    """Return the members of the operation that name the pictures; those of this computer are sent first."""
    if bool(sources) == (unlabelled is not None):
        raise Wrong("Say which pictures: a folder, pictures, or --unlabelled train.")
    if unlabelled is not None:
        return {"DatasetType": unlabelled.value}
    in_buckets = [source for source in sources if source[:5].lower() == "s3://"]
    if in_buckets and len(in_buckets) < len(sources):
        raise Wrong("The pictures of a trial lie in buckets or on this computer, not in both.")
    if in_buckets:
        if to:
            raise Wrong("--to says where pictures of this computer go; these lie in a bucket.")
        if len(sources) == 1 and not sources[0].lower().endswith(tuple(USABLE)):
            return {"Address": sources[0]}
        return {"SourceRefs": list(sources)}
    files = pictures_below(sources)
    if not to.startswith("s3://") or not to.removeprefix("s3://").strip("/"):
        raise Wrong("Say --to s3://bucket/folder: where the pictures go; best the bucket of the dataset.")
    with ProgressLine("sending", len(files)) as line:
        return {"SourceRefs": trials.upload(files, to, line.update)}


def _follow(trials: ProjectTrials, trial: Facts) -> None:
    """Show how far a trial is until it ends; Ctrl-C leaves it to the server."""
    with ProgressLine("looking", trial["Total"]) as line:
        while trial["Status"] == "running":
            time.sleep(POLL_S)
            trial = trials.describe(trial["TrialId"])
            line.update(trial["Answered"] + trial["Unreadable"])
    print(_summary(trial))
    if trial["Status"] != "done":
        raise Exit(1)


def _summary(trial: Facts) -> str:
    verified = trial["Correct"] + trial["Incorrect"] + trial["Corrected"]
    counts = [f"{trial['Answered']} of {trial['Total']} answered"]
    counts += [f"{trial['Unreadable']} unreadable"] if trial["Unreadable"] else []
    counts += [f"{verified} verified", f"{trial['Added']} in a dataset"]
    message = f" {trial['Message']}" if trial["Message"] else ""
    return f"{trial['TrialName']}: {trial['Status']}. {', '.join(counts)}.{message}"


def _row(trial: Facts) -> tuple[str, ...]:
    verified = trial["Correct"] + trial["Incorrect"] + trial["Corrected"]
    return (
        trial["TrialName"],
        trial["TrialId"],
        f"version {trial['VersionName']}",
        trial["Status"],
        f"{trial['Answered'] + trial['Unreadable']} of {trial['Total']}",
        f"{verified} verified",
        f"{trial['Added']} added",
        f"{trial['CreationDate']:%Y-%m-%d %H:%M}",
    )
