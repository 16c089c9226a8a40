"""Two servers on one batch: they share its parts, and each result is there once."""

import threading
import time
from dataclasses import replace
from functools import partial

import pytest

from doubles.houses import batched_here
from doubles.tried import BUCKET, DARK, TriedProject, a_png
from vedette.batches import listing
from vedette.batches.batches import Batches
from vedette.jobs.runner import JobRunner
from vedette.store.db import open_database

PICTURES, PART = 300, 50


class OtherServer:
    """A second server's batches, on a database connection of its own."""

    def __init__(self, house, address, ask):
        self.database = open_database(*address)
        self.jobs = JobRunner(self.database, house.clock)
        tools = house.batches._tools
        own = {"database": self.database, "folder": tools.folder.with_name("other-batches"), "ask": ask}
        batches = Batches(replace(tools, **own), self.jobs)
        batches.start()
        self.jobs.start()

    def close(self):
        self.jobs.close()
        self.database.close()


@pytest.fixture
def desk(house, address, monkeypatch):
    if not address[0]:
        pytest.skip("SQLite has one server alone")
    monkeypatch.setattr(listing, "SMALL", PART)
    desk = TriedProject(house)
    picture = a_png(DARK)
    for number in range(PICTURES):
        desk.put(f"in/{number:03}.png", picture)
    return desk


def begin(desk):
    wish = {"Source": f"s3://{BUCKET}/in", "Address": f"s3://{BUCKET}/out", "BatchName": "both"}
    answer = desk.call("StartBatchDetection", VersionName=desk.version.name, **wish)
    return answer["Batch"]["BatchId"]


def state(desk, batch):
    found = desk.call("DescribeBatchDetection", BatchId=batch)["Batch"]
    return {name: found[name] for name in ("Status", "Total", "Done", "Failed", "Parts")}


def wait_for(desk, batch):
    """Wait until it is done, as a whole."""
    for _ in range(600):
        if state(desk, batch)["Status"] == "done":
            break
        time.sleep(0.1)
    assert state(desk, batch) == WHOLE


def sources(desk):
    blobs = desk.house.blobs
    keys = sorted(item.key for item in blobs.list(BUCKET, "out/results"))
    lines = b"".join(blobs.read(BUCKET, key) for key in keys).splitlines()
    return [line.split(b'"source":"')[1].split(b'"')[0].decode() for line in lines]


WHOLE = {"Status": "done", "Total": PICTURES, "Done": PICTURES, "Failed": 0, "Parts": PICTURES // PART}
ALL = [f"s3://{BUCKET}/in/{number:03}.png" for number in range(PICTURES)]


def use(desk, ask):
    object.__setattr__(desk.house.batches._tools, "ask", ask)


def test_two_servers_share_the_parts_of_a_batch(desk, address):
    """No server finishes a part before the other one has one, too."""
    begun = {"here": threading.Event(), "there": threading.Event()}

    def ask(server, order):
        begun[server].set()
        assert all(event.wait(60) for event in begun.values())
        return batched_here(order)

    use(desk, partial(ask, "here"))
    desk.house.jobs.start()
    other = OtherServer(desk.house, address, partial(ask, "there"))
    try:
        batch = begin(desk)
        wait_for(desk, batch)
        assert sources(desk) == ALL
    finally:
        other.close()
