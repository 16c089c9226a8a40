"""Edits of many entries, a batch at a time: labels changed, entries removed or moved, with a dry run."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum

from vedette.cli.dataset_client import (
    BATCH,
    BATCH_BYTES,
    DatasetClient,
    Edit,
    RemoteEntry,
    Selection,
    batches,
    open_dataset,
)
from vedette.cli.remote import Server
from vedette.cli.signatures import Exit
from vedette.cli.terminal import ProgressLine
from vedette.errors import Missing, Wrong
from vedette.manifest.lines import Line
from vedette.manifest.relabel import names_of, rename_labels

EXAMPLES = 5
Change = Callable[[Line], Line]


class DatasetKind(StrEnum):
    """A project's two datasets."""

    TRAIN = "train"
    TEST = "test"


def choose(
    pictures: Sequence[str] | None,
    with_label: str = "",
    *,
    unlabelled: bool = False,
    with_errors: bool = False,
    all_pictures: bool = False,
) -> Selection:
    """Return the selection; selecting all needs --all, so that a forgotten name does not do it."""
    selection = choose_any(pictures, with_label, unlabelled=unlabelled, with_errors=with_errors)
    if selection == Selection() and not all_pictures:
        raise Wrong("Say which pictures: by name, by a filter, or --all.")
    return selection


def choose_any(
    pictures: Sequence[str] | None, with_label: str, *, unlabelled: bool, with_errors: bool
) -> Selection:
    """Return the selection: all, where nothing restricts it."""
    labels = (with_label,) if with_label else ()
    return Selection(tuple(pictures or ()), labels, unlabelled, with_errors)


def edit_entries(
    clients: Sequence[DatasetClient], selection: Selection, change: Change, *, dry_run: bool
) -> None:
    """Change lines of entries, a batch at a time, and print how many."""
    count = 0
    problems: list[str] = []
    with ProgressLine() as line:
        for client in clients:
            line.update(0, client.count(), name=client.kind)
            edits = _edits(line.watch(client.entries(selection)), change, problems)
            for batch in _small_enough(edits):
                for entry, new in batch[: EXAMPLES if dry_run and not count else 0]:
                    line.print(f"{entry.source}: {_named(entry.line)} → {_named(new)}", sys.stdout)
                if not dry_run:
                    client.apply(batch, change)
                count += len(batch)
    _report(count, problems, dry_run=dry_run)


def _edits(entries: Iterable[RemoteEntry], change: Change, problems: list[str]) -> Iterator[Edit]:
    """Yield the entries that the change alters; refused ones are appended to `problems`."""
    for entry in entries:
        try:
            new = change(entry.line)
        except Wrong as refusal:
            problems.append(f"{entry.source}: {refusal.sentence}")
        else:
            if new.values != entry.line.values:
                yield entry, new


def _small_enough(edits: Iterable[Edit]) -> Iterator[list[Edit]]:
    """Yield batches that fit into one request, by number and by bytes."""
    batch: list[Edit] = []
    size = 0
    for entry, new in edits:
        if batch and (len(batch) == BATCH or size + len(new.text) > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append((entry, new))
        size += len(new.text)
    if batch:
        yield batch


def _report(changed: int, problems: Sequence[str], *, dry_run: bool) -> None:
    for sentence in problems:
        print(f"Left as it is: {sentence}", file=sys.stderr)
    print(f"{'Would change' if dry_run else 'Changed'} {changed} entries.")
    if problems:
        raise Exit(1)


def _named(line: Line) -> str:
    return ", ".join(sorted(names_of(line))) or "no label"


def send_names(
    client: DatasetClient,
    selection: Selection,
    send: Callable[[Sequence[RemoteEntry]], None],
    verb: str,
    *,
    dry_run: bool,
) -> int:
    """Send entries to an operation that takes names, a batch at a time; return how many."""
    # All are read before the first is sent, so that pages do not shift while they are read.
    entries = list(client.entries(selection))
    if dry_run:
        for entry in entries[:EXAMPLES]:
            print(entry.source)
        print(f"Would {verb} {len(entries)} entries.")
        return len(entries)
    with ProgressLine(verb, len(entries)) as line:
        for batch in batches(entries, BATCH):
            send(batch)
            line.advance(len(batch))
    return len(entries)


def rename_in_entries(
    clients: Sequence[DatasetClient], old: Sequence[str], new: str, *, dry_run: bool
) -> None:
    if not any(uses_label(client, name) for client in clients for name in old):
        raise Missing(f"No picture of {clients[0].project} has the label {', '.join(old)}.")
    new_names = dict.fromkeys(old, new)
    selection = Selection(labels=tuple(old))
    edit_entries(clients, selection, lambda line: rename_labels(line, new_names), dry_run=dry_run)
    if not dry_run:
        _rename_settings(clients[0], old, new)


def _rename_settings(client: DatasetClient, old: Sequence[str], new: str) -> None:
    """Move the colour and key of a label to its new name, unless that has its own."""
    settings = {
        entry["Name"]: entry for entry in client.own.list_label_settings(ProjectArn=client.arn)["Labels"]
    }
    with_setting = [name for name in old if name in settings]
    labels = [{**settings[with_setting[0]], "Name": new}] if with_setting and new not in settings else []
    if with_setting:
        client.own.update_label_settings(ProjectArn=client.arn, Labels=labels, Remove=with_setting)


def open_both(server: Server, project: str, kind: DatasetKind | None, service: str) -> list[DatasetClient]:
    """Return the project's existing datasets, the training one first."""
    kinds = [kind.value] if kind else [name.value for name in DatasetKind]
    clients = [open_dataset(server, project, name, service) for name in kinds]
    existing = [client for client in clients if client.remote.describe() is not None]
    if not existing:
        raise Missing(f"Project {project} has no dataset.")
    return existing


def uses_label(client: DatasetClient, label: str) -> bool:
    return next(client.entries(Selection(labels=(label,))), None) is not None


def refuse_class_names(client: DatasetClient, labels: Sequence[str]) -> None:
    if fixed := client.dialect.class_labels.intersection(labels):
        raise Wrong(
            f"{' and '.join(sorted(fixed))} are Lookout's own classes; `vedette dataset label` sets them."
        )


def setting_of(client: DatasetClient, label: str) -> dict[str, str]:
    settings = client.own.list_label_settings(ProjectArn=client.arn)["Labels"]
    return next((dict(entry) for entry in settings if entry["Name"] == label), {"Name": label})
