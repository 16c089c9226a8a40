"""`vedette dataset …`: edits of a dataset on a running server.

Each command works from anywhere by the server's operations, shows how far it is, and says with `--dry-run`
what it would do. Labels are changed in the entries; pictures in their bucket are never touched.
"""

import sys
from itertools import islice
from typing import Annotated, Any

from vedette.cli.dataset_bring import PICTURES, bring, lines_of
from vedette.cli.dataset_client import Selection, open_dataset
from vedette.cli.dataset_edits import (
    Change,
    DatasetKind,
    choose,
    choose_any,
    edit_entries,
    open_both,
    refuse_class_names,
    rename_in_entries,
    send_names,
    setting_of,
    uses_label,
)
from vedette.cli.dataset_history import history, revert, snapshots
from vedette.cli.dataset_options import Data, Endpoint, Of, Project, Which
from vedette.cli.dataset_show import labels_of, show_counts, show_entry
from vedette.cli.listing import Columns, print_list, prints_records
from vedette.cli.models import translate_client_errors
from vedette.cli.remote import Server, remote_dataset
from vedette.cli.signatures import Argument, CommandGroup, Option
from vedette.cli.suggesting import suggest_pictures
from vedette.clock import system_clock
from vedette.errors import Missing, Wrong
from vedette.manifest.attributes import Stamp
from vedette.manifest.relabel import clear_labels, names_of, remove_labels

app = CommandGroup("The entries, labels and history of a dataset on a running server.")

ENTRY_COLUMNS: Columns = {
    "picture": "source",
    "labels": lambda entry: sorted(names_of(entry.line)),
    "problems": "problems",
    "revision": "revision",
}

Both = Annotated[DatasetKind | None, Option("--type", help="Only this dataset; both without it.")]
DryRun = Annotated[bool, Option("--dry-run", help="Say what would be done, and do nothing.")]
Names = Annotated[
    list[str] | None,
    Argument(metavar="[PICTURE]...", help="Addresses, their ends (b42.png), or patterns ('*/night/*')."),
]
WithLabel = Annotated[str, Option("--with-label", help="Only pictures that have this label.")]
Unlabelled = Annotated[bool, Option("--unlabelled", help="Only pictures without any label.")]
WithErrors = Annotated[bool, Option("--with-errors", help="Only entries with an error.")]
All = Annotated[bool, Option("--all", help="Every picture of the dataset.")]


@app.define("list")
@prints_records
def list_dataset(  # noqa: PLR0913  (a command's options)
    pictures: Names = None,
    *,
    project: Project,
    kind: Which = DatasetKind.TRAIN,
    with_label: WithLabel = "",
    unlabelled: Unlabelled = False,
    with_errors: WithErrors = False,
    most: Annotated[int, Option(min=1, help="How many to list.")] = 100,
    as_lines: Annotated[bool, Option("--lines", help="Print manifest lines instead of a table.")] = False,
    service: Of = "",
    endpoint: Endpoint = "",
    data: Data = None,
) -> None:
    """List entries: the picture, its labels, and what is wrong with it."""
    with translate_client_errors():
        client = open_dataset(Server("rekognition", endpoint, data), project, kind.value, service)
        selection = choose_any(pictures, with_label, unlabelled=unlabelled, with_errors=with_errors)
        page = list(islice(client.entries(selection), most + 1))
        for entry in page[:most] if as_lines else ():
            print(entry.line.text)
        if not as_lines:
            print_list(
                ENTRY_COLUMNS,
                page[:most],
                lambda entry: (entry.source, labels_of(entry), "; ".join(entry.problems)),
            )
        if len(page) > most:
            print(f"There are more; --most lists more than {most}.", file=sys.stderr)


@app.define("show")
@prints_records
def show_dataset(
    picture: Annotated[str, Argument(help="One picture, to see its entry; without it the dataset.")] = "",
    *,
    project: Project,
    kind: Which = DatasetKind.TRAIN,
    service: Of = "",
    endpoint: Endpoint = "",
    data: Data = None,
) -> None:
    """Show a dataset's state, counts and labels, or one entry with its line and its problems."""
    with translate_client_errors():
        client = open_dataset(Server("rekognition", endpoint, data), project, kind.value, service)
        if picture:
            show_entry(client, picture)
        else:
            show_counts(client)


@app.define("label")
def label_pictures(  # noqa: PLR0913  (a command's options)
    label: Annotated[str, Argument(help="The label; normal or anomaly for Lookout.")],
    pictures: Names = None,
    *,
    project: Project,
    kind: Which = DatasetKind.TRAIN,
    with_label: WithLabel = "",
    unlabelled: Unlabelled = False,
    all_pictures: All = False,
    dry_run: DryRun = False,
    service: Of = "",
    endpoint: Endpoint = "",
    data: Data = None,
) -> None:
    """Give pictures an image-level label."""
    with translate_client_errors():
        client = open_dataset(Server("rekognition", endpoint, data), project, kind.value, service)
        selection = choose(pictures, with_label, unlabelled=unlabelled, all_pictures=all_pictures)
        stamp = Stamp(moment=system_clock(), job=f"labeling-job/{label}")
        dialect = client.dialect
        edit_entries(
            [client], selection, lambda line: dialect.label_line(line, label, stamp), dry_run=dry_run
        )


@app.define("unlabel")
def unlabel_pictures(  # noqa: PLR0913  (a command's options)
    pictures: Names = None,
    *,
    project: Project,
    label: Annotated[list[str] | None, Option(help="Only this label; may be given again.")] = None,
    kind: Which = DatasetKind.TRAIN,
    with_label: WithLabel = "",
    all_pictures: All = False,
    dry_run: DryRun = False,
    service: Of = "",
    endpoint: Endpoint = "",
    data: Data = None,
) -> None:
    """Remove labels from pictures: those that --label names, or all."""
    with translate_client_errors():
        client = open_dataset(Server("rekognition", endpoint, data), project, kind.value, service)
        selection = choose(pictures, with_label, all_pictures=all_pictures)
        change: Change = (lambda line: remove_labels(line, label)) if label else clear_labels
        edit_entries([client], selection, change, dry_run=dry_run)


@app.define("remove")
def remove_pictures(  # noqa: PLR0913  (a command's options)
    pictures: Names = None,
    *,
    project: Project,
    kind: Which = DatasetKind.TRAIN,
    with_label: WithLabel = "",
    unlabelled: Unlabelled = False,
    with_errors: WithErrors = False,
    all_pictures: All = False,
    dry_run: DryRun = False,
    service: Of = "",
    endpoint: Endpoint = "",
    data: Data = None,
) -> None:
    """Remove pictures from a dataset. The files stay in their bucket."""
    with translate_client_errors():
        client = open_dataset(Server("rekognition", endpoint, data), project, kind.value, service)
        selection = choose(
            pictures, with_label, unlabelled=unlabelled, with_errors=with_errors, all_pictures=all_pictures
        )
        count = send_names(client, selection, client.remove, "remove", dry_run=dry_run)
        if not dry_run:
            print(f"Removed {count} entries from the {kind} dataset of {project}; their pictures stay.")


@app.define("move")
def move_pictures(  # noqa: PLR0913  (a command's options)
    pictures: Names = None,
    *,
    project: Project,
    to: Annotated[DatasetKind, Option(help="The dataset that the pictures go to.")],
    with_label: WithLabel = "",
    all_pictures: All = False,
    dry_run: DryRun = False,
    service: Of = "",
    endpoint: Endpoint = "",
    data: Data = None,
) -> None:
    """Move pictures between the training and the test dataset of a project."""
    with translate_client_errors():
        kind = DatasetKind.TRAIN if to is DatasetKind.TEST else DatasetKind.TEST
        client = open_dataset(Server("rekognition", endpoint, data), project, kind.value, service)
        selection = choose(pictures, with_label, all_pictures=all_pictures)
        count = send_names(client, selection, client.move, "move", dry_run=dry_run)
        if not dry_run:
            print(f"Moved {count} entries to the {to} dataset of {project}.")


@app.define("rename-label")
def rename_label(  # noqa: PLR0913  (a command's options)
    old: Annotated[str, Argument(help="The present name of the label.")],
    new: Annotated[str, Argument(help="The new name of the label.")],
    *,
    project: Project,
    kind: Both = None,
    dry_run: DryRun = False,
    service: Of = "",
    endpoint: Endpoint = "",
    data: Data = None,
) -> None:
    """Rename a label on every picture and box; a name in use is refused (see merge-labels)."""
    with translate_client_errors():
        clients = open_both(Server("rekognition", endpoint, data), project, kind, service)
        refuse_class_names(clients[0], [old, new])
        if any(uses_label(client, new) for client in clients):
            raise Wrong(f"There is a label {new} already; `vedette dataset merge-labels` joins two labels.")
        rename_in_entries(clients, [old], new, dry_run=dry_run)


@app.define("merge-labels")
def merge_labels(  # noqa: PLR0913  (a command's options)
    labels: Annotated[list[str], Argument(help="The labels that become one.")],
    *,
    into: Annotated[str, Option(help="The label that they become.")],
    project: Project,
    kind: Both = None,
    dry_run: DryRun = False,
    service: Of = "",
    endpoint: Endpoint = "",
    data: Data = None,
) -> None:
    """Merge several labels into one."""
    with translate_client_errors():
        clients = open_both(Server("rekognition", endpoint, data), project, kind, service)
        refuse_class_names(clients[0], [*labels, into])
        rename_in_entries(clients, [label for label in labels if label != into], into, dry_run=dry_run)


@app.define("delete-label")
def delete_label(  # noqa: PLR0913  (a command's options)
    label: Annotated[str, Argument(help="The label.")],
    *,
    project: Project,
    kind: Both = None,
    dry_run: DryRun = False,
    service: Of = "",
    endpoint: Endpoint = "",
    data: Data = None,
) -> None:
    """Delete a label, with its boxes, on every picture; the pictures stay in the dataset."""
    with translate_client_errors():
        clients = open_both(Server("rekognition", endpoint, data), project, kind, service)
        edit_entries(
            clients, Selection(labels=(label,)), lambda line: remove_labels(line, [label]), dry_run=dry_run
        )
        if not dry_run:
            clients[0].own.update_label_settings(ProjectArn=clients[0].arn, Remove=[label])


@app.define("labels")
@prints_records
def label_settings(  # noqa: PLR0913  (a command's options)
    label: Annotated[str, Argument(help="The label to set; without it they are listed.")] = "",
    *,
    project: Project,
    colour: Annotated[str, Option("--colour", "--color", help="Its colour, #RRGGBB.")] = "",
    key: Annotated[str, Option(help="Its shortcut key, one of 0-9 a-z.")] = "",
    forget: Annotated[bool, Option("--forget", help="Forget its colour and key.")] = False,
    service: Of = "",
    endpoint: Endpoint = "",
    data: Data = None,
) -> None:
    """List the colours and shortcut keys of a project's labels, or set one label's."""
    with translate_client_errors():
        client = open_dataset(Server("rekognition", endpoint, data), project, "train", service)
        request: dict[str, Any] = {"ProjectArn": client.arn}
        if forget:
            client.own.update_label_settings(**request, Remove=[label])
        elif label:
            setting = (
                setting_of(client, label)
                | ({"Color": colour} if colour else {})
                | ({"Key": key} if key else {})
            )
            client.own.update_label_settings(**request, Labels=[setting])
        settings = client.own.list_label_settings(**request)["Labels"]
        columns = {"label": "Name", "color": "Color", "key": "Key"}
        print_list(columns, settings, lambda entry: (entry["Name"], entry["Color"], entry["Key"]))


@app.define("import")
def import_pictures(  # noqa: PLR0913  (a command's options)
    project: Project,
    *,
    from_: Annotated[str, Option("--from", help="Where the pictures lie: s3://bucket/prefix.")],
    labels_from_folders: Annotated[
        bool,
        Option("--labels-from-folders", help="Label each picture with its folder below the prefix."),
    ] = False,
    kind: Which = DatasetKind.TRAIN,
    dry_run: DryRun = False,
    service: Of = "",
    endpoint: Endpoint = "",
    data: Data = None,
) -> None:
    """Add pictures in a bucket to a dataset. Existing entries keep their labels."""
    with translate_client_errors():
        server = Server(service or "rekognition", endpoint, data)
        if not dry_run:
            remote_dataset(server, project, kind.value).ensure_project()
        client = open_dataset(server, project, kind.value, service)
        lines = list(lines_of(server, from_, client.service, with_labels=labels_from_folders))
        if not lines:
            raise Missing(f"There is no picture ({', '.join(PICTURES)}) below {from_}.")
        bring(client, lines, dry_run=dry_run)


app.define("suggest")(suggest_pictures)
app.define("history")(history)
app.define("revert")(revert)
app.attach("snapshot", snapshots)
