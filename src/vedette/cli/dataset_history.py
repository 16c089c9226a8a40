"""`vedette dataset history`, `revert` and `snapshot …`: who changed what, and how to get it back."""

import sys
import time
from typing import Annotated, Any

from vedette.cli.dataset_client import DatasetClient, open_dataset
from vedette.cli.dataset_edits import DatasetKind
from vedette.cli.dataset_options import Data, Endpoint, Of, Project, Which
from vedette.cli.directory import table
from vedette.cli.listing import Columns, print_facts, print_list, prints_records
from vedette.cli.models import translate_client_errors
from vedette.cli.remote import Server
from vedette.cli.signatures import Argument, CommandGroup, Exit, Option
from vedette.cli.terminal import ProgressLine

LOOK_S = 0.5
"""Between two looks at a restoration: two requests a second for a line that moves."""

snapshots = CommandGroup("Snapshots of a dataset: made, compared, brought back.")

EVENT_COLUMNS: Columns = {
    "number": "Number",
    "date": "Date",
    "person": lambda event: _who(event),
    "action": "Action",
    "labels_before": "LabelsBefore",
    "labels_after": "LabelsAfter",
}
CHANGE_COLUMNS: Columns = {
    "number": "Number",
    "began": "StartDate",
    "person": lambda change: _who(change),
    "kind": "Kind",
    "added": "Added",
    "removed": "Removed",
    "changed": "Changed",
    "labels": lambda change: [_label_change(label) for label in change["Labels"]],
}
SNAPSHOT_COLUMNS: Columns = {
    "name": "Name",
    "id": "SnapshotId",
    "created": "CreationDate",
    "person": lambda snapshot: _who(snapshot),
    "pictures": "Total",
    "labelled": "Labeled",
    "description": "Description",
}

Name = Annotated[str, Argument(help="The snapshot's name, or its id.")]
Wait = Annotated[bool, Option("--wait/--no-wait", help="Wait until it is done.")]
Most = Annotated[int, Option(min=1, max=1000, help="How many to list.")]


@prints_records
def history(  # noqa: PLR0913  (a command's options)
    picture: Annotated[str, Argument(help="One picture's address, to see only its past.")] = "",
    *,
    project: Project,
    kind: Which = DatasetKind.TRAIN,
    label: Annotated[str, Option(help="Only changes that gave or took this label.")] = "",
    most: Most = 50,
    service: Of = "",
    endpoint: Endpoint = "",
    data: Data = None,
) -> None:
    """List who changed what in a dataset, the newest first; or what happened to one picture."""
    with translate_client_errors():
        client = open_dataset(Server("rekognition", endpoint, data), project, kind.value, service)
        names = _names(client)
        if picture:
            events = client.own.list_entry_events(**names, SourceRef=picture)["Events"]
            print_list(EVENT_COLUMNS, events[:most], _event_row)
            return
        conditions = {"Label": label} if label else {}
        pages = client.own.get_paginator("list_changes").paginate(
            **names, **conditions, PaginationConfig={"MaxItems": most}
        )
        print_list(CHANGE_COLUMNS, [change for page in pages for change in page["Changes"]], _change_row)


def revert(  # noqa: PLR0913  (a command's options)
    number: Annotated[int, Argument(help="The change's number, as `history` shows it.")],
    *,
    project: Project,
    kind: Which = DatasetKind.TRAIN,
    wait: Wait = True,
    service: Of = "",
    endpoint: Endpoint = "",
    data: Data = None,
) -> None:
    """Take one change back, wherever entries still are as it left them."""
    with translate_client_errors():
        client = open_dataset(Server("rekognition", endpoint, data), project, kind.value, service)
        _follow(client, client.own.revert_change(**_names(client), Number=number), wait=wait)


@snapshots.define("make")
def make_snapshot(  # noqa: PLR0913  (a command's options)
    name: Annotated[str, Argument(help="What to call it.")],
    *,
    project: Project,
    kind: Which = DatasetKind.TRAIN,
    description: Annotated[str, Option(help="What it is for.")] = "",
    service: Of = "",
    endpoint: Endpoint = "",
    data: Data = None,
) -> None:
    """Keep what a dataset holds now. It costs nothing, and copies no picture."""
    with translate_client_errors():
        client = open_dataset(Server("rekognition", endpoint, data), project, kind.value, service)
        about = {"Description": description} if description else {}
        snapshot = client.own.create_snapshot(**_names(client), Name=name, **about)
        print(f"Snapshot {snapshot['Name']}: {snapshot['Total']} pictures, {snapshot['Labeled']} labelled.")


@snapshots.define("list")
@prints_records
def list_snapshots(
    *,
    project: Project,
    kind: Which = DatasetKind.TRAIN,
    service: Of = "",
    endpoint: Endpoint = "",
    data: Data = None,
) -> None:
    """List a dataset's snapshots, the newest first."""
    with translate_client_errors():
        client = open_dataset(Server("rekognition", endpoint, data), project, kind.value, service)
        listed = client.own.list_snapshots(**_names(client))["Snapshots"]
        print_list(SNAPSHOT_COLUMNS, listed, _snapshot_row)


@snapshots.define("compare")
@prints_records
def compare_snapshot(
    name: Name,
    *,
    project: Project,
    kind: Which = DatasetKind.TRAIN,
    service: Of = "",
    endpoint: Endpoint = "",
    data: Data = None,
) -> None:
    """Say how a dataset differs from a snapshot."""
    with translate_client_errors():
        client = open_dataset(Server("rekognition", endpoint, data), project, kind.value, service)
        counts = client.own.describe_snapshot(**_names(client), SnapshotId=name)["Counts"]
        rows = [
            ("removed since", str(counts["Gone"])),
            ("moved to the other dataset", str(counts["Moved"])),
            ("added since", str(counts["New"])),
            ("other labels", str(counts["Relabeled"])),
            ("other boxes, masks or remarks", str(counts["Changed"])),
        ]
        names = {"removed": "Gone", "moved": "Moved", "added": "New", "relabeled": "Relabeled"}
        print_facts(
            {**{name: counts[key] for name, key in names.items()}, "changed": counts["Changed"]},
            lambda: print(table(rows)),
        )


@snapshots.define("restore")
def restore_snapshot(  # noqa: PLR0913  (a command's options)
    name: Name,
    *,
    project: Project,
    kind: Which = DatasetKind.TRAIN,
    only_labels: Annotated[
        bool, Option("--only-labels", help="Only labels of pictures that are still there.")
    ] = False,
    wait: Wait = True,
    service: Of = "",
    endpoint: Endpoint = "",
    data: Data = None,
) -> None:
    """Bring a dataset back to a snapshot; what it holds now becomes a snapshot first."""
    with translate_client_errors():
        client = open_dataset(Server("rekognition", endpoint, data), project, kind.value, service)
        restoration = client.own.restore_snapshot(**_names(client), SnapshotId=name, OnlyLabels=only_labels)
        _follow(client, restoration, wait=wait)


@snapshots.define("delete")
def delete_snapshot(
    name: Name,
    *,
    project: Project,
    kind: Which = DatasetKind.TRAIN,
    service: Of = "",
    endpoint: Endpoint = "",
    data: Data = None,
) -> None:
    """Delete a snapshot; the dataset stays as it is."""
    with translate_client_errors():
        client = open_dataset(Server("rekognition", endpoint, data), project, kind.value, service)
        client.own.delete_snapshot(**_names(client), SnapshotId=name)
        print(f"Deleted snapshot {name}.")


def _names(client: DatasetClient) -> dict[str, str]:
    return {"ProjectArn": client.arn, "DatasetType": client.kind}


def _follow(client: DatasetClient, restoration: dict[str, Any], *, wait: bool) -> None:
    """Show how far a restoration is until it has ended; it goes on without whoever waits."""
    with ProgressLine("restoring", restoration["Total"]) as line:
        while wait and restoration["Status"] == "running":
            time.sleep(LOOK_S)
            restoration = client.own.describe_restoration(
                ProjectArn=client.arn, RestorationId=restoration["RestorationId"]
            )
            line.update(restoration["Done"], restoration["Total"])
    if restoration["Status"] == "failed":
        print(restoration["Message"], file=sys.stderr)
        raise Exit(1)
    print(_outcome(restoration))


def _outcome(restoration: dict[str, Any]) -> str:
    if restoration["Status"] == "running":
        return "It goes on in the background; `vedette dataset show` says when the dataset is ready."
    skipped = restoration["Skipped"]
    remainder = f", and left {skipped} that somebody changed since" if skipped else ""
    return f"Restored {restoration['Done']} entries{remainder}."


def _when(date: Any) -> str:
    return f"{date:%Y-%m-%d %H:%M}"


def _who(facts: dict[str, Any]) -> str:
    return str(facts["Person"]["Name"]) if "Person" in facts else "-"


def _change_row(change: dict[str, Any]) -> tuple[str, ...]:
    counts = [(change["Added"], "added"), (change["Removed"], "removed"), (change["Changed"], "changed")]
    return (
        str(change["Number"]),
        _when(change["StartDate"]),
        _who(change),
        change["Kind"],
        ", ".join(f"{count} {verb}" for count, verb in counts if count),
        " ".join(_gains(label) for label in change["Labels"]),
    )


def _label_change(label: dict[str, Any]) -> dict[str, object]:
    return {"name": label["Name"], "gained": label["Gained"], "lost": label["Lost"]}


def _gains(label: dict[str, Any]) -> str:
    signs = [f"+{label['Gained']}" if label["Gained"] else "", f"-{label['Lost']}" if label["Lost"] else ""]
    return f"{label['Name']} {''.join(signs)}"


def _event_row(event: dict[str, Any]) -> tuple[str, ...]:
    before, after = (", ".join(event[name]) or "no label" for name in ("LabelsBefore", "LabelsAfter"))
    return (str(event["Number"]), _when(event["Date"]), _who(event), event["Action"], f"{before} → {after}")


def _snapshot_row(snapshot: dict[str, Any]) -> tuple[str, ...]:
    return (
        snapshot["Name"],
        _when(snapshot["CreationDate"]),
        _who(snapshot),
        f"{snapshot['Total']} pictures",
        f"{snapshot['Labeled']} labelled",
        snapshot["Description"],
    )
