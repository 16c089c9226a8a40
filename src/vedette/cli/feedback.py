"""`vedette feedback …`: what versions keep of what they are asked in production, and whether it has drifted.

Off unless somebody turns it on, for each version by itself. Kept pictures are verified and added as those of
trials are.
"""

from typing import Annotated, Any

from vedette.cli.dataset_edits import DatasetKind
from vedette.cli.listing import Columns, print_facts, prints_records, take
from vedette.cli.models import Project, RemoteOptions, Which, translate_client_errors
from vedette.cli.remote_models import open_models
from vedette.cli.remote_trials import Facts, ProjectTrials
from vedette.cli.signatures import CommandGroup, Exit, Option
from vedette.cli.trial_pictures import (
    Kind,
    ListOptions,
    Names,
    OpenTrial,
    VerdictOptions,
    VerdictWord,
    show_pictures,
)
from vedette.errors import Missing

MIB = 1 << 20

app = CommandGroup("What versions keep of what they are asked, on a running server.")

SETTING_COLUMNS: Columns = {
    "enabled": "Enabled",
    "share": "Share",
    "most_per_day": "MostPerDay",
    "retention_days": "RetentionDays",
    "doubtful_first": "DoubtfulFirst",
    "address": "Address",
    "kept": "Kept",
    "kept_today": "KeptToday",
    "bytes": "Bytes",
    "passed_over": "PassedOver",
    "pause": "Pause",
}
FINDING_COLUMNS: Columns = {
    "name": "Name",
    "distance": "Distance",
    "pictures": "Pictures",
    "higher": "Higher",
}

DRIFT_WORDS = {
    "brightness": "brightness",
    "contrast": "contrast",
    "shadows": "light in the dark parts",
    "highlights": "light in the bright parts",
    "saturation": "colour",
    "sharpness": "sharpness",
    "sharpness_coarse": "sharpness of larger parts",
    "texture": "fine structure",
    "texture_coarse": "coarse structure",
    "noise": "fine detail and noise",
    "shape": "width for the height",
    "size": "pixels",
    "doubt": "the model's doubt",
}


@app.define("settings")
@prints_records
def feedback_settings(  # noqa: PLR0913  (a command's options)
    project: Project,
    *,
    version: Which = "",
    is_on: Annotated[
        bool | None, Option("--on/--off", help="Keep a sample of what the version is asked.")
    ] = None,
    share: Annotated[
        float | None, Option(min=0, max=1, help="The share of pictures to keep, drawn by chance.")
    ] = None,
    most_per_day: Annotated[int | None, Option(min=1, max=1000, help="How many a day at most.")] = None,
    days: Annotated[int | None, Option(min=1, max=365, help="After how many days they are removed.")] = None,
    doubtful_first: Annotated[
        bool | None,
        Option(
            "--doubtful-first/--no-doubtful-first",
            help="When a day is full, let doubtful pictures take the place of sure ones.",
        ),
    ] = None,
    address: Annotated[
        str, Option(help="The folder they go to, s3://bucket/folder/; it is chosen once.")
    ] = "",
    place: RemoteOptions,
) -> None:
    """Show what a version keeps of what it is asked in production, or change it."""
    wish: dict[str, Any] = {
        "Enabled": is_on,
        "Share": share,
        "MostPerDay": most_per_day,
        "RetentionDays": days,
        "DoubtfulFirst": doubtful_first,
        "Address": address or None,
    }
    changes = {name: value for name, value in wish.items() if value is not None}
    with translate_client_errors():
        server = place.reach()
        arn = open_models(server, project, place.service).find(version).arn
        own = server.client("vedette")
        if changes:
            answer = own.update_feedback(ModelArn=arn, **changes)["Feedback"]
        else:
            answer = own.describe_feedback(ModelArn=arn)["Feedback"]
        print_facts(take(answer, SETTING_COLUMNS), lambda: _print_settings(answer))


@app.define("list")
@prints_records
def list_kept(
    project: Project,
    *,
    version: Which = "",
    options: ListOptions,
    place: RemoteOptions,
) -> None:
    """List the kept pictures with the answers that were given; a star marks examples of a drift."""
    with translate_client_errors():
        pictures, answer = _open(place, project, version)
        pictures.show(options, marked=answer["Drift"]["Examples"])


@app.define("verify")
def verify_kept(
    verdict: VerdictWord,
    pictures: Names = None,
    *,
    project: Project,
    version: Which = "",
    options: VerdictOptions,
    place: RemoteOptions,
) -> None:
    """Say of kept pictures that the answer was right or not, or what they show instead."""
    with translate_client_errors():
        _open(place, project, version)[0].verify(verdict, pictures or (), options)


@app.define("add")
def add_kept(
    pictures: Names = None,
    *,
    project: Project,
    version: Which = "",
    kind: Kind = DatasetKind.TRAIN,
    place: RemoteOptions,
) -> None:
    """Put verified pictures into a dataset: those that are named, or all. What is left out says why."""
    with translate_client_errors():
        _open(place, project, version)[0].add(kind, pictures or ())


@app.define("drift")
@prints_records
def show_drift(project: Project, version: Which = "", *, place: RemoteOptions) -> None:
    """Say whether production is still like the training; the exit status is 1 while it is not."""
    with translate_client_errors():
        server = place.reach()
        model = open_models(server, project, place.service).find(version)
        answer = server.client("vedette").describe_feedback(ModelArn=model.arn)["Feedback"]
        drift = answer["Drift"]
        facts = {
            "version": model.name,
            "status": drift["Status"],
            "since": drift.get("Since"),
            "findings": [take(finding, FINDING_COLUMNS) for finding in drift["Findings"]],
            "examples": drift["Examples"],
        }
        trials = ProjectTrials(server, project, place.service)
        print_facts(facts, lambda: _show_drift(model.name, answer, trials))
        if drift["Findings"]:
            raise Exit(1)


def _show_drift(version: str, answer: Facts, trials: ProjectTrials) -> None:
    drift = answer["Drift"]
    print(_sentence(version, drift))
    for finding in drift["Findings"]:
        print(f"  {_reason(finding)}")
    if drift["Findings"] and drift["Examples"]:
        print("Pictures that show it:")
        examples = trials.pictures(answer["TrialId"], PictureIds=drift["Examples"])
        show_pictures(list(examples), len(drift["Examples"]), as_lines=False)


def _open(place: RemoteOptions, project: str, version: str) -> tuple[OpenTrial, Facts]:
    """Return the pictures that a version keeps, and what is known of that."""
    server = place.reach()
    model = open_models(server, project, place.service).find(version)
    answer = server.client("vedette").describe_feedback(ModelArn=model.arn)["Feedback"]
    if "TrialId" not in answer:
        raise Missing(f"The version {model.name} keeps nothing; `vedette feedback settings --on` begins.")
    return OpenTrial(ProjectTrials(server, project, place.service), answer["TrialId"]), answer


def _print_settings(feedback: Facts) -> None:
    if "Address" not in feedback:
        print("off: nothing is kept of what this version is asked.")
        return
    first = ", doubtful ones first" if feedback["DoubtfulFirst"] else ""
    print(
        f"{'on' if feedback['Enabled'] else 'off'}: {100 * feedback['Share']:g} % of what is asked, at most "
        f"{feedback['MostPerDay']} a day{first}, for {feedback['RetentionDays']} days."
    )
    size = feedback["Bytes"] / MIB
    print(f"Kept: {feedback['Kept']} pictures ({feedback['KeptToday']} of today), {size:.1f} MiB.")
    print(f"In: {feedback['Address']}")
    if feedback["PassedOver"]:
        print(f"Passed over since the server started, for want of time: {feedback['PassedOver']}.")
    if feedback["Pause"]:
        print(feedback["Pause"])


def _sentence(version: str, drift: Facts) -> str:
    if drift["Findings"]:
        since = f" since {drift['Since']:%Y-%m-%d %H:%M}" if "Since" in drift else ""
        return f"Version {version}: production is not like the training{since}."
    if drift["Status"] == "ready":
        return f"Version {version}: like the training, in {drift['Pictures']} different pictures."
    if drift["Status"] == "running":
        return f"Version {version}: the pictures of the training are being measured."
    if drift["Status"] == "failed":
        return f"Version {version}: it cannot be told. {drift['Message']}"
    return f"Version {version}: it is not known, since nothing is kept of what it is asked."


def _reason(finding: Facts) -> str:
    name = finding["Name"]
    if name not in DRIFT_WORDS:
        subject = "colours" if name.startswith("color") else "layout of light"
        subject = "directions of edges" if name.startswith("direction") else subject
        return f"other {subject} ({finding['Distance']:.0%} apart, in {finding['Pictures']} pictures)"
    way = "more" if finding["Higher"] else "less"
    return f"{DRIFT_WORDS[name]}: {way} ({finding['Distance']:.0%} apart, in {finding['Pictures']} pictures)"
