"""Queries of the gallery's 250,000 entries as its pages send them: every filter, every order, deep pages.

Each question is new to the server, by a condition that lets every entry pass, so that no answer that is kept
serves it: what is timed is working it out, reading a page, and the way there and back. What the pages ask
again after a change is timed too.
"""

import time
from typing import Any

from bench.common import percentile, row
from doubles.console import ConsoleBrowser, signed_in
from doubles.servers import RunningServer

PAGE = 200
BAR_MS = 300
ORDERS = ("position", "name", "added", "label", "size", "unlike", "alike")
FILTERS: dict[str, dict[str, Any]] = {
    "unlabelled": {"Labeled": False},
    "labelled": {"Labeled": True},
    "errors": {"HasErrors": True},
    "a label": {"Labels": ["part-007"]},
    "ten labels": {"Labels": [f"part-{number:03}" for number in range(10)]},
    "without a label": {"WithoutLabels": ["part-199"]},
    "boxes": {"HasBoxes": True},
    "name, 62,500 hits": {"NameContains": "boards/under/"},
    "name, 113 hits": {"NameContains": "99999"},
    "name, no hit": {"NameContains": "there is none"},
    "size": {"LeastSide": 1000},
    "bytes": {"MostBytes": 200_000},
    "added": {"AfterCreationDate": "2020-01-01T00:00:00Z"},
    "broken": {"PictureStates": ["broken", "missing"]},
    "near-duplicates": {"HasTwin": True},
    "in both datasets": {"IsShared": True},
}


class Questions:
    """Questions to one dataset, each new."""

    def __init__(self, server: RunningServer, project: str) -> None:
        self.browser: ConsoleBrowser = signed_in(server)
        answer = self.browser.call("rekognition", "DescribeProjects", ProjectNames=[project]).json
        self.arn = answer["ProjectDescriptions"][0]["ProjectArn"]
        self.number = 0

    def ask(self, **members: Any) -> tuple[float, dict[str, Any]]:
        """Return how many milliseconds a page took, and the page."""
        began = time.perf_counter()
        answer = self.browser.call(
            "vedette", "QueryEntries", ProjectArn=self.arn, DatasetType="train", MaxResults=PAGE, **members
        )
        elapsed_ms = (time.perf_counter() - began) * 1000
        assert answer.status == 200, answer.body
        return elapsed_ms, answer.json

    def fresh(self, conditions: dict[str, Any] | None = None, **members: Any) -> tuple[float, dict[str, Any]]:
        """Ask what no answer that is kept can serve."""
        self.number += 1
        return self.ask(Filter={**(conditions or {}), "BeforeCreationDate": self.beyond()}, **members)

    def beyond(self) -> str:
        """Return a moment of the far future, another each time."""
        return f"2999-01-01T00:{self.number // 60 % 60:02}:{self.number % 60:02}Z"

    def count(self, conditions: dict[str, Any]) -> float:
        """Return how many milliseconds counting took."""
        began = time.perf_counter()
        answer = self.browser.call(
            "vedette", "CountEntries", ProjectArn=self.arn, DatasetType="train", Filter=conditions
        )
        assert answer.status == 200, answer.body
        return (time.perf_counter() - began) * 1000

    def relabel(self) -> None:
        """Change an entry, as somebody who labels does every second."""
        page = self.ask(Filter={})[1]
        entry = {"EntryIds": [page["Entries"][0]["Id"]]}
        self.browser.call(
            "vedette", "ChangeEntries", ProjectArn=self.arn, DatasetType="train", Filter=entry,
            Change={"Kind": "label", "AddLabels": [f"part-{self.number % 100:03}"]},
        )  # fmt: skip


def measure(server: RunningServer, project: str, rounds: int = 5) -> bool:
    """Print how long each question takes; return whether none misses its bar."""
    questions = Questions(server, project)
    first_ms, page = questions.ask(Filter={})
    print(f"first question after the start: {first_ms:.0f} ms, {page['Total']:,} entries")
    results = {f"by {order}, for the first time": [questions.fresh(SortBy=order)[0]] for order in ORDERS}
    for order in ORDERS:
        results[f"by {order}"] = [questions.fresh(SortBy=order)[0] for _ in range(rounds)]
        results[f"by {order}, descending"] = [
            questions.fresh(SortBy=order, Descending=True)[0] for _ in range(rounds)
        ]
    for name, conditions in FILTERS.items():
        results[name] = [questions.fresh(conditions)[0] for _ in range(rounds)]
        results[f"{name}, counted"] = [questions.count(conditions) for _ in range(rounds)]
    results["deep pages"] = _deep(questions, page, rounds * 4)
    results["after a change"] = _after_changes(questions, rounds)
    misses = [name for name, times in results.items() if not _tell(name, times)]
    return not misses


def _deep(questions: Questions, page: dict[str, Any], count: int) -> list[float]:
    step = page["Total"] // count
    return [
        questions.ask(Filter={}, Offset=place * step, Snapshot=page["Snapshot"])[0] for place in range(count)
    ]


def _after_changes(questions: Questions, rounds: int) -> list[float]:
    times = []
    for _ in range(rounds):
        for order in ORDERS:
            questions.relabel()
            times.append(questions.fresh(SortBy=order)[0])
    return times


def _tell(name: str, times: list[float]) -> bool:
    middle, worst = percentile(times, 0.5), percentile(times, 0.95)
    row(name, f"p50 {middle:.0f} ms, most {worst:.0f} ms", f"≤ {BAR_MS} ms", worst <= BAR_MS)
    return worst <= BAR_MS
