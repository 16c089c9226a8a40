"""What to do next with 250,000 entries, over the wire: a study, its panel, dismissals, next steps.

Bars: each answer that a page waits for within 300 ms at p95, also after somebody labelled; memory flat.

`python -m bench.suggestions [LINES] [FOLDER]`; in a folder the dataset stays for the next run. Pictures are
not there, so that none is looked at: a study finds features written for it, and all the rest is timed.
"""

import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from bench.common import machine, percentile, resident_mib, row
from bench.gallery_set import PROJECT, open_set
from doubles.console import ConsoleBrowser, signed_in
from doubles.servers import RunningServer, start_server, stop_server
from vedette.datasets.columns import PartColumns
from vedette.datasets.sampling import take_sample
from vedette.store.db import open_database
from vedette.suggestions.features import picture_key, write_features
from vedette.suggestions.study import MOST

BAR_MS = 300
ROUNDS = 15
NUMBERS = 1280
"""Numbers of a picture's features, as the backbone of studies has them."""
FLAT_MIB = 64
"""Memory is flat when as many answers again add no more than this."""
DISMISSED = 500
DATASET = {"DatasetType": "train"}


class Panel:
    """The page's questions to one project."""

    def __init__(self, server: RunningServer) -> None:
        self.browser: ConsoleBrowser = signed_in(server)
        answer = self.browser.call("rekognition", "DescribeProjects", ProjectNames=[PROJECT]).json
        self.arn = answer["ProjectDescriptions"][0]["ProjectArn"]

    def ask(self, operation: str, **members: Any) -> tuple[float, dict[str, Any]]:
        """Return how many milliseconds an answer took, and the answer."""
        began = time.perf_counter()
        answer = self.browser.call("vedette", operation, ProjectArn=self.arn, **members)
        elapsed_ms = (time.perf_counter() - began) * 1000
        assert answer.status == 200, answer.body
        return elapsed_ms, answer.json

    def study(self) -> tuple[float, dict[str, Any]]:
        """Study the dataset; return how many seconds that took, and what was said."""
        began = time.perf_counter()
        self.ask("StartSuggestions", **DATASET)
        while True:
            _, state = self.ask("ListSuggestions", **DATASET, MaxResults=100)
            if state["Status"] != "running":
                assert state["Status"] == "ready", state["Message"]
                return time.perf_counter() - began, state
            time.sleep(0.2)

    def relabel(self, number: int) -> None:
        """Change an entry, as somebody who labels does every second."""
        _, page = self.ask("QueryEntries", **DATASET, Filter={}, MaxResults=1)
        entry = {"EntryIds": [page["Entries"][0]["Id"]]}
        change = {"Kind": "label", "AddLabels": [f"part-{number % 100:03}"]}
        self.ask("ChangeEntries", **DATASET, Filter=entry, Change=change)


def write_sample(data: Path) -> None:
    """Write features for what a study will look at: two hundred kinds of pictures."""
    database = open_database("", data)
    with database.read() as connection:
        part, project = connection.exec_driver_sql("SELECT part, project FROM datasets").one()
        columns = PartColumns(int(part))
        columns.refresh(connection)
        sample = take_sample(connection, columns, MOST)
    database.close()
    dice = np.random.default_rng(5)
    kinds = dice.normal(size=(200, NUMBERS)) * 2
    rows = {
        picture_key(entry.exact): (kinds[entry.seq % 200] + dice.normal(size=NUMBERS)).astype(np.float32)
        for entry in sample.entries
    }
    write_features(data / "cache" / "studies" / f"{project}.clear.npz", rows)


def measure(panel: Panel, pid: int) -> None:
    """Print how long each answer takes, and what memory does."""
    questions: dict[str, tuple[str, dict[str, Any]]] = {
        "the panel": ("ListSuggestions", {**DATASET, "MaxResults": 24}),
        "dismissed": ("ListDismissedSuggestions", {**DATASET, "MaxResults": 24}),
        "drafts": ("ListDrafts", {**DATASET, "MaxResults": 1}),
        "next steps": ("ListNextSteps", {}),
        "counts": ("CountEntries", DATASET),
    }
    for name, (operation, members) in questions.items():
        first_ms, _ = panel.ask(operation, **members)
        times = [panel.ask(operation, **members)[0] for _ in range(ROUNDS)]
        changed = []
        for number in range(ROUNDS):
            panel.relabel(number)
            changed.append(panel.ask(operation, **members)[0])
        for kind, values in ((name, times), (f"{name}, after a change", changed)):
            at_95 = percentile(values, 0.95)
            row(
                kind,
                f"p50 {percentile(values, 0.5):.0f}, p95 {at_95:.0f} ms",
                f"{BAR_MS} ms",
                at_95 <= BAR_MS,
            )
        print(f"{name}, the first time: {first_ms:.0f} ms")
    before = resident_mib(pid)
    for operation, members in questions.values():
        for _ in range(ROUNDS * 2):
            panel.ask(operation, **members)
    grown = resident_mib(pid) - before
    row(
        "memory after as many again", f"{before:.0f} MiB, {grown:+.0f}", f"+{FLAT_MIB} MiB", grown <= FLAT_MIB
    )


def dismiss(panel: Panel) -> None:
    """Dismiss suggestions, so many."""
    _, page = panel.ask("QueryEntries", **DATASET, Filter={}, MaxResults=DISMISSED)
    keys = [{"Kind": "odd", "EntryId": entry["Id"]} for entry in page["Entries"]]
    took = [
        panel.ask("DismissSuggestions", **DATASET, Suggestions=keys[start : start + 100])[0]
        for start in range(0, len(keys), 100)
    ]
    print(f"a hundred dismissed: {percentile(took, 0.5):.0f} ms")


def main() -> None:
    """Measure on a dataset of so many lines."""
    lines = int(sys.argv[1]) if len(sys.argv) > 1 else 250_000
    print(f"{lines:,} entries; {machine()}")
    with tempfile.TemporaryDirectory(prefix="vedette-bench-") as place:
        data = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(place) / "data"
        server = open_set(data, lines)
        took, _ = Panel(server).study()
        print(f"study of pictures that are not there: {took:.1f} s")
        stop_server(server)
        write_sample(data)
        server = start_server(data)
        try:
            panel = Panel(server)
            took, state = panel.study()
            print(f"study of {state['LookedAt']:,} of {state['Of']:,}, features known: {took:.1f} s")
            dismiss(panel)
            measure(panel, server.process.pid)
        finally:
            stop_server(server)


if __name__ == "__main__":
    main()
