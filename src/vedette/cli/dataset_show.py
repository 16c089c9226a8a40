"""Printing a dataset and its entries at a terminal."""

import json
from itertools import islice

from vedette.cli.dataset_client import DatasetClient, RemoteEntry, Selection
from vedette.cli.directory import table
from vedette.cli.listing import is_for_people, print_facts
from vedette.cli.terminal import ProgressLine
from vedette.errors import Missing, Wrong
from vedette.manifest.relabel import names_of


def show_entry(client: DatasetClient, picture: str) -> None:
    entries = list(islice(client.entries(Selection((picture,))), 2))
    if not entries:
        raise Missing(f"The {client.kind} dataset of {client.project} has no picture {picture}.")
    if len(entries) > 1:
        raise Wrong(f"{picture} means more than one picture; name it by its whole address.")
    entry = entries[0]
    facts = {
        "picture": entry.source,
        "revision": entry.revision,
        "labels": sorted(names_of(entry.line)),
        "problems": entry.problems,
        "line": dict(entry.line.values),
    }
    print_facts(facts, lambda: _print_entry(entry))


def _print_entry(entry: RemoteEntry) -> None:
    print(json.dumps(dict(entry.line.values), indent=2, ensure_ascii=False))
    print(f"revision {entry.revision}")
    for problem in entry.problems:
        print(f"problem: {problem}")


def show_counts(client: DatasetClient) -> None:
    facts = client.remote.describe()
    if facts is None:
        raise Missing(f"Project {client.project} has no {client.kind} dataset.")
    counts = facts.get("DatasetStats") or facts.get("ImageStats") or {}
    if not is_for_people():
        about = {
            "project": client.project,
            "type": client.kind,
            "status": facts["Status"],
            "message": facts["StatusMessage"],
            "entries": counts.get("TotalEntries", counts.get("Total", 0)),
            "labelled": counts.get("LabeledEntries", counts.get("Labeled", 0)),
            "labels": _count_labels(client),
        }
        print_facts(about, lambda: None)
        return
    print(f"{client.project}/{client.kind}: {facts['Status']}. {facts['StatusMessage']}")
    for name, count in counts.items():
        print(f"  {name:<16}{count:>9}")
    labels = _count_labels(client)
    if labels:
        print()
        print(table([("  " + name, str(count)) for name, count in sorted(labels.items())]))


def _count_labels(client: DatasetClient) -> dict[str, int]:
    counts: dict[str, int] = {}
    with ProgressLine("counting labels", client.count()) as line:
        for entry in line.watch(client.entries(Selection())):
            for name in names_of(entry.line):
                counts[name] = counts.get(name, 0) + 1
    return counts


def labels_of(entry: RemoteEntry) -> str:
    return ", ".join(sorted(names_of(entry.line)))
