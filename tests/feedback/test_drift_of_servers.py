"""Two servers that answer for one version: drift is told from the pictures of both, each counted once."""

import numpy as np
import pytest

from feedback.test_feedback import AskedVersion
from vedette.feedback import records
from vedette.feedback.drift import LookedAtPicture
from vedette.feedback.watching import DriftAnswer, DriftWatch

LIGHT = np.random.default_rng(7)
USUAL = [float(value) for value in LIGHT.normal(170, 8, 60)]
DARK = [float(value) for value in LIGHT.normal(60, 8, 60)]


@pytest.fixture
def asked(house):
    version = AskedVersion(house)
    yield version
    house.feedback.close()


def measure(data):
    return {"light": float(data)}


def teach(asked, lights=USUAL):
    rows = [LookedAtPicture({"light": light}, "", 0.1) for light in lights]
    with asked.house.datasets._database.write() as connection:
        values = {"status": "ready", "message": "", "reference": records.pack_pictures(rows)}
        records.put_drift(connection, asked.version.id, asked.project.id, **values)


def a_server(asked):
    return DriftWatch(asked.house.datasets._database, measure, asked.house.clock)


def show(watch, asked, lights):
    for light in lights:
        watch.count(asked.version, str(light).encode(), DriftAnswer("", 0.1, f"of {light}"))


def test_what_two_servers_saw_is_looked_at_together(asked):
    teach(asked)
    first, second = a_server(asked), a_server(asked)
    for number in range(0, 60, 5):
        show((first, second)[number // 5 % 2], asked, DARK[number : number + 5])
    state = first.state(asked.version)
    assert (state.count, state.look_count) == (60, 2)
    assert [finding.name for finding in state.findings] == ["light"]
    # Thirty pictures each: no more than one look alone.
    assert {finding.window for finding in state.findings} == {25}
    assert first.examples(asked.version) == second.examples(asked.version) != []


def test_it_is_as_with_one_server(asked):
    teach(asked)
    one = a_server(asked)
    stream = [*USUAL[:30], *DARK]
    show(one, asked, stream)
    alone = one.state(asked.version)
    with asked.house.datasets._database.write() as connection:
        blank = {"recent": None, "count": 0, "looks": 0, "findings": "[]", "since_ms": 0}
        records.put_drift(connection, asked.version.id, asked.project.id, **blank)
    servers = a_server(asked), a_server(asked), a_server(asked)
    for number in range(0, 90, 5):
        show(servers[number // 5 % 3], asked, stream[number : number + 5])
    assert servers[0].state(asked.version) == alone


def test_a_picture_that_both_saw_is_counted_once(asked):
    teach(asked)
    first, second = a_server(asked), a_server(asked)
    show(first, asked, USUAL[:10])
    show(second, asked, USUAL[:10])
    assert first.state(asked.version).count == 10


def test_servers_that_write_at_one_moment_lose_nothing(asked):
    teach(asked)
    first, second = a_server(asked), a_server(asked)
    show(first, asked, USUAL[:4])
    real = first._write

    def write_late(version, watched, count_before):
        first._write = real
        show(second, asked, USUAL[4:9])
        return real(version, watched, count_before)

    first._write = write_late
    show(first, asked, USUAL[9:10])
    assert first.state(asked.version).count == 10


def test_a_reference_that_was_measured_anew_elsewhere_is_read_anew(asked):
    teach(asked, DARK)
    first = a_server(asked)
    show(first, asked, USUAL[:30])
    assert first.state(asked.version).findings
    teach(asked)
    show(first, asked, USUAL[30:60])
    second = a_server(asked)
    show(second, asked, DARK[:5])
    assert first._open(asked.version).reference.pictures[0].features["light"] == USUAL[0]


def test_a_warning_is_told_once_when_it_begins_and_once_when_it_ends_by_whichever_server(asked):
    teach(asked)
    told = []
    servers = a_server(asked), a_server(asked)
    for server in servers:
        server.on_turn = lambda _, version, findings: told.append((version.name, findings))
    for number in range(0, 60, 5):
        show(servers[number // 5 % 2], asked, DARK[number : number + 5])
    ((name, findings),) = told
    assert name == asked.version.name
    assert [finding["name"] for finding in findings] == ["light"]
    assert servers[0].state(asked.version).findings
    usual = [float(value) for value in np.random.default_rng(5).normal(170, 8, 150)]
    for number in range(0, len(usual), 5):
        show(servers[number // 5 % 2], asked, usual[number : number + 5])
    assert [bool(findings) for _, findings in told] == [True, False]


def test_a_warning_that_cannot_be_told_is_not_written_either(asked):
    teach(asked)
    server = a_server(asked)

    def fall_over(*_):
        raise OSError("the disk is full")

    server.on_turn = fall_over
    with pytest.raises(OSError, match="full"):
        show(server, asked, DARK)
    assert not server.state(asked.version).findings


def test_a_difference_at_the_edge_is_one_warning_and_not_one_at_each_look(asked):
    """A third to a half of the pictures are dark: now above what begins a warning, now below."""
    teach(asked)
    server, told = a_server(asked), []
    server.on_turn = lambda _, version, findings: told.append(bool(findings))
    drawn = np.random.default_rng(11)
    looks = [13] * 8 + [8] * 8 + [13] * 8 + [8] * 8
    for dark in looks:
        lights = [*drawn.normal(60, 8, dark), *drawn.normal(170, 8, 25 - dark)]
        show(server, asked, [float(light) for light in drawn.permutation(lights)])
    assert told == [True]
    show(server, asked, [float(light) for light in drawn.normal(170, 8, 200)])
    assert told == [True, False]


def test_each_look_is_counted_with_how_far_it_is_from_the_training(asked):
    teach(asked)
    server, counted = a_server(asked), []
    server.on_look = lambda _, distance: counted.append(round(distance, 2))
    show(server, asked, [float(light) for light in np.random.default_rng(3).normal(170, 8, 50)])
    show(server, asked, DARK)
    assert counted[:2] == [0.0, 0.0]
    assert len(counted) == 4
    assert max(counted[2:]) > 0.4
