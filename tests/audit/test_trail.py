"""The trail holds what was asked for, in a chain that goes on over stops, kills, full disks and hours."""

import gzip
import json
import os
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from vedette.audit import trail as trail_module
from vedette.audit.event import HIDDEN, AuditCaller, AuditEvent, resources_of, shown
from vedette.audit.lines import parts_of, read_line
from vedette.audit.search import TrailQuery, search
from vedette.audit.signing import kept_keys
from vedette.audit.trail import AuditTrail
from vedette.audit.verify import findings_of, verify_trail
from vedette.errors import Wrong

START = datetime(2026, 11, 29, 14, 30, tzinfo=UTC)
ANN = AuditCaller("user", "arn:aws:iam::111111111111:user/ann", "111111111111", "AIDAANN", "ann", "AKIAANN")


class Watch:
    """A clock that is set by hand."""

    def __init__(self):
        self.now = START

    def __call__(self):
        return self.now


@pytest.fixture
def watch():
    return Watch()


@pytest.fixture
def open_trail(tmp_path, watch, monkeypatch):
    """Return a function that opens the trail; its thread signs only at the end, or when a test asks."""
    monkeypatch.setattr(trail_module, "SIGNED_S", 3600)
    opened = []

    def open_one(days=0):
        opened.append(AuditTrail(tmp_path, days=days, clock=watch))
        return opened[-1]

    yield open_one
    for trail in opened:
        trail.close()


def failing(error):
    def fail(*_, **__):
        raise error

    return fail


def an_event(watch, n=1, **facts):
    time_ms = int(watch.now.timestamp() * 1000)
    event = AuditEvent(f"id-{n}", time_ms, "rekognition", "CreateProject", "eu-west-1", ANN)
    return replace(event, parameters={"ProjectName": f"p{n}"}, **facts)


def events(tmp_path, **query):
    return [event for _, event in search(tmp_path, TrailQuery(**query)) if event.service != "audit"]


def findings(tmp_path):
    return [finding.sentence for finding in findings_of(verify_trail(tmp_path, kept_keys(tmp_path)))]


def own(tmp_path, operation):
    return [e.parameters for _, e in search(tmp_path, TrailQuery()) if e.operation == operation]


def test_what_was_noted_is_found_again_and_the_chain_is_whole(tmp_path, open_trail, watch):
    trail = open_trail()
    for n in range(3):
        watch.now += timedelta(seconds=1)
        trail.note(an_event(watch, n, answer={"ProjectArn": "arn:aws:rekognition:x"}, client="10.0.0.1"))
    trail.close()
    assert [event.id for event in events(tmp_path)] == ["id-2", "id-1", "id-0"]
    assert events(tmp_path)[0] == an_event(
        watch, 2, answer={"ProjectArn": "arn:aws:rekognition:x"}, client="10.0.0.1"
    )
    [verdict] = verify_trail(tmp_path, kept_keys(tmp_path))
    assert (verdict.lines, verdict.unsigned, verdict.findings, verdict.notes) == (4, 0, [], [])


def test_a_chain_goes_on_over_stops_with_the_same_key(tmp_path, open_trail, watch):
    for n in range(3):
        trail = open_trail()
        trail.note(an_event(watch, n))
        trail.close()
    assert len(list((tmp_path / "audit").glob("chain-*"))) == 1
    assert len(events(tmp_path)) == 3
    assert len(own(tmp_path, "OpenTrail")) == 3
    assert findings(tmp_path) == []


def test_two_servers_have_a_chain_each_and_are_told_together(tmp_path, open_trail, watch):
    one, other = open_trail(), open_trail()
    for n in range(6):
        watch.now += timedelta(seconds=1)
        (one if n % 2 else other).note(an_event(watch, n))
    assert one.chain != other.chain
    one.close()
    other.close()
    assert [event.id for event in events(tmp_path)] == [f"id-{n}" for n in range(5, -1, -1)]
    assert findings(tmp_path) == []


def test_an_hour_that_ends_is_signed_and_packed(tmp_path, open_trail, watch):
    trail = open_trail()
    for n in range(4):
        trail.note(an_event(watch, n))
        watch.now += timedelta(hours=1)
    trail._end_parts()
    names = [part.name for part in parts_of(trail.chain)]
    assert names == [f"2026-11-29T{hour}-0001.jsonl" + ".gz" * (hour < 17) for hour in (14, 15, 16, 17)]
    assert len(list(trail.chain.glob("*.digest.json"))) == 3
    trail.close()
    assert findings(tmp_path) == []
    assert len(events(tmp_path)) == 4


def test_a_clock_that_goes_back_stays_in_its_part_and_large_parts_end(
    tmp_path, open_trail, watch, monkeypatch
):
    monkeypatch.setattr(trail_module, "PART_BYTES", 2000)
    trail = open_trail()
    for n in range(12):
        watch.now -= timedelta(minutes=20)
        trail.note(an_event(watch, n))
    trail._end_parts()
    names = [part.name[:18] for part in parts_of(trail.chain)]
    assert len(names) > 1
    assert names == [f"2026-11-29T14-{number:04d}" for number in range(1, len(names) + 1)]
    trail.close()
    assert findings(tmp_path) == []
    assert sorted(event.id for event in events(tmp_path)) == sorted(f"id-{n}" for n in range(12))


@pytest.mark.parametrize("stop_at", ["write", "replace", "unlink"])
def test_packing_that_is_stopped_anywhere_is_done_at_the_next_start(
    tmp_path, open_trail, watch, monkeypatch, stop_at
):
    trail = open_trail()
    trail.note(an_event(watch, 1))
    watch.now += timedelta(hours=1)
    trail.note(an_event(watch, 2))
    with monkeypatch.context() as patch:
        if stop_at == "write":
            patch.setattr(gzip, "open", lambda *_, **__: (_ for _ in ()).throw(OSError("stopped")))
        else:
            patch.setattr(
                f"pathlib.Path.{stop_at}", lambda *_, **__: (_ for _ in ()).throw(OSError("stopped"))
            )
        with pytest.raises(OSError, match="stopped"):
            trail._end_parts()
    trail.close()
    later = open_trail()
    later._end_parts()
    later.close()
    assert findings(tmp_path) == []
    assert sorted(event.id for event in events(tmp_path)) == ["id-1", "id-2"]


def test_half_a_line_of_a_power_cut_is_set_aside_and_told(tmp_path, open_trail, watch):
    trail = open_trail()
    trail.note(an_event(watch, 1))
    trail.close()
    [part] = parts_of(trail.chain)
    with part.open("ab") as file:
        file.write(b'{"n":3,"before":"ab')
    later = open_trail()
    later.note(an_event(watch, 2))
    later.close()
    assert own(tmp_path, "OpenTrail")[0]["tornBytes"] == 19
    assert (trail.chain / "2026-11-29T14-0001.torn").read_bytes() == b'{"n":3,"before":"ab'
    assert findings(tmp_path) == []
    assert len(events(tmp_path)) == 2


def test_a_full_disk_loses_an_event_says_so_and_stops_nothing(
    tmp_path, open_trail, watch, monkeypatch, caplog
):
    trail = open_trail()
    trail.note(an_event(watch, 1))
    with monkeypatch.context() as patch:
        patch.setattr(
            trail_module, "write_all", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left"))
        )
        trail.note(an_event(watch, 2))
        trail.note(an_event(watch, 3))
    trail.note(an_event(watch, 4))
    trail.close()
    assert sorted(event.id for event in events(tmp_path)) == ["id-1", "id-4"]
    assert own(tmp_path, "EventsLost") == [{"count": 2}]
    assert caplog.text.count("events are missing in the audit trail") == 1
    assert findings(tmp_path) == []


def test_half_a_write_leaves_no_half_line(tmp_path, open_trail, watch):
    trail = open_trail()
    trail.note(an_event(watch, 1))
    file = trail._file

    class Cramped:
        """A disk that takes ten bytes more."""

        fileno, truncate, close = file.fileno, file.truncate, file.close

        def write(self, data):
            return file.write(data[:10])

    trail._file = Cramped()
    trail.note(an_event(watch, 2))
    trail._file = file
    trail.note(an_event(watch, 3))
    trail.close()
    assert findings(tmp_path) == []
    assert sorted(event.id for event in events(tmp_path)) == ["id-1", "id-3"]


def test_old_parts_go_by_their_days_and_the_rest_can_still_be_verified(tmp_path, open_trail, watch):
    trail = open_trail(days=2)
    for n in range(5):
        trail.note(an_event(watch, n))
        watch.now += timedelta(days=1)
    trail._end_parts()
    watch.now -= timedelta(hours=25)
    removed = trail.remove_old()
    assert removed == 2
    assert trail.remove_old() == 0
    trail.close()
    assert sorted(event.id for event in events(tmp_path)) == ["id-2", "id-3", "id-4"]
    assert own(tmp_path, "RemoveOldEvents")[0]["parts"] == 2
    assert findings(tmp_path) == []
    open_trail(days=0).close()  # everything is kept, and the chain goes on
    assert findings(tmp_path) == []


@pytest.mark.parametrize("jump", [timedelta(days=400), timedelta(days=-400)])
def test_a_clock_that_jumps_removes_nothing(tmp_path, open_trail, watch, jump):
    trail = open_trail(days=2)
    for n in range(3):
        trail.note(an_event(watch, n))
        watch.now += timedelta(hours=1)
    watch.now += jump
    trail.note(an_event(watch, 3))
    trail._remove_daily()
    assert len(events(tmp_path)) == 4
    trail.close()
    later = open_trail(days=2)  # the clock still says so, and it may be wrong
    later._remove_daily()
    assert len(events(tmp_path)) == 4


def test_days_that_pass_remove_what_is_old(tmp_path, open_trail, watch, monkeypatch):
    trail = open_trail(days=2)
    passed = [trail._began]
    monkeypatch.setattr(trail_module.time, "monotonic", lambda: passed[0])
    for n in range(5):
        trail.note(an_event(watch, n))
        watch.now += timedelta(days=1)
        passed[0] += 86400
        trail._remove_daily()
    assert sorted(event.id for event in events(tmp_path)) == ["id-3", "id-4"]


def test_half_characters_and_huge_numbers_are_written_all_the_same(tmp_path, open_trail, watch):
    trail = open_trail()
    members = {"Name": "half \ud800", "Huge": 1 << 80, "\udfff": True}
    trail.note(replace(an_event(watch, 1), parameters=shown(members)))
    trail.close()
    [event] = events(tmp_path)
    assert event.parameters == {"Name": "half ?", "Huge": str(1 << 80), "?": True}
    assert findings(tmp_path) == []


def test_a_chain_that_nobody_writes_is_packed_and_shortened_by_another(tmp_path, open_trail, watch):
    first, second = open_trail(days=2), open_trail(days=2)
    for n in range(4):
        second.note(an_event(watch, n))
        watch.now += timedelta(days=1)
    second.close()
    first._keep_others()
    assert [part.name[:13] for part in parts_of(second.chain)] == ["2026-12-01T14", "2026-12-02T14"]
    assert parts_of(second.chain)[0].name.endswith(".gz")
    assert own(tmp_path, "RemoveOldEvents")[0]["chain"] == "chain-2"
    first.close()
    assert findings(tmp_path) == []


def test_a_removal_that_was_stopped_leaves_no_finding(tmp_path, open_trail, watch, monkeypatch):
    trail = open_trail(days=2)
    for n in range(4):
        trail.note(an_event(watch, n))
        watch.now += timedelta(days=1)
    trail.sign()
    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", failing(OSError("stopped")))
        with pytest.raises(OSError, match="stopped"):
            trail.remove_old()
    assert findings(tmp_path) == []
    assert trail.remove_old() == 2
    trail.close()
    assert findings(tmp_path) == []


def test_nothing_is_removed_without_days(tmp_path, open_trail, watch):
    trail = open_trail()
    trail.note(an_event(watch, 1))
    watch.now += timedelta(days=4000)
    trail.note(an_event(watch, 2))
    assert trail.remove_old() == 0
    assert len(events(tmp_path)) == 2


def test_many_threads_make_one_chain(tmp_path, open_trail, watch):
    trail = open_trail()
    threads = [
        threading.Thread(target=lambda t=t: [trail.note(an_event(watch, f"{t}-{n}")) for n in range(50)])
        for t in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    trail.close()
    assert len(events(tmp_path)) == 200
    assert findings(tmp_path) == []


WRITER = """
import sys
from pathlib import Path
from vedette.audit.event import AuditCaller, AuditEvent
from vedette.audit.trail import AuditTrail
trail = AuditTrail(Path(sys.argv[1]), days=0)
n = 0
while True:
    n += 1
    trail.note(AuditEvent(f"id-{n}", 1764426600000, "s3", "PutObject", "", AuditCaller("user", "a", "1")))
    print(n, flush=True)
"""


def test_after_a_kill_everything_that_was_noted_is_there(tmp_path):
    noted = 0
    command = [sys.executable, "-c", WRITER, str(tmp_path)]
    for _ in range(3):
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            for line in process.stdout:
                if int(line) == 300:
                    process.send_signal(signal.SIGKILL)
                    break
            rest = [int(line) for line in process.stdout if line.endswith("\n")]
        noted += max([300, *rest])
    AuditTrail(tmp_path, days=0).close()
    assert noted <= len(events(tmp_path)) <= noted + 3  # the one that was written when it was killed
    assert findings(tmp_path) == []
    [verdict] = verify_trail(tmp_path, kept_keys(tmp_path))
    # Three hundred lines are written long before a second's signature.
    assert 1 <= len([note for note in verdict.notes if "a server was killed" in note]) <= 3


def test_a_damaged_key_is_refused_and_a_lost_one_is_told(tmp_path, open_trail, watch):
    open_trail().close()
    key = tmp_path / "keys" / "audit.key"
    assert key.stat().st_mode & 0o777 == 0o600
    whole = key.read_text()
    key.write_text("nonsense")
    with pytest.raises(Wrong, match=r"audit\.key holds no key"):
        open_trail()
    key.unlink()
    trail = open_trail()
    trail.note(an_event(watch, 1))
    trail.close()
    assert key.read_text() != whole
    [verdict] = verify_trail(tmp_path, kept_keys(tmp_path))
    assert verdict.findings == []
    assert "a new key" in verdict.notes[0]


def test_secrets_and_pictures_are_left_out_and_long_things_are_cut():
    members = {
        "Image": {"Bytes": b"\x89PNG" * 100},
        "Password": "hunter2",
        "Credentials": {"SecretAccessKey": "s", "SessionToken": "t", "AccessKeyId": "AKIA"},
        "Names": [str(n) for n in range(60)],
        "Text": "x" * 5000,
        "When": START,
        "Deep": {"a": {"b": {"c": {"d": {"e": {"f": {"g": {"h": 1}}}}}}}},
    }
    document = shown(members)
    text = json.dumps(document)
    assert "hunter2" not in text
    assert document["Image"] == {"Bytes": {"bytes": 400}}
    assert document["Password"] == HIDDEN
    assert document["Credentials"] == {
        "SecretAccessKey": HIDDEN,
        "SessionToken": HIDDEN,
        "AccessKeyId": "AKIA",
    }
    assert len(document["Names"]) == 51
    assert document["Names"][-1] == "… 10 more"
    assert document["Text"].endswith("(5000 characters)")
    assert document["When"] == START.isoformat()
    assert "leftOut" in text
    assert shown({}) is None
    assert shown({f"k{n}": "y" * 2000 for n in range(40)}).keys() == {"leftOut"}


def test_resources_are_the_arns_that_are_named():
    arn = "arn:aws:rekognition:eu-west-1:111111111111:project/p/1"
    assert resources_of({"ProjectArn": arn, "Name": "arn is no arn"}, {"ProjectArn": arn}, None) == (arn,)


def test_a_line_of_a_later_release_is_still_an_event(watch):
    document = an_event(watch).dump()
    document["mood"], document["caller"]["shoes"] = "good", 44
    assert AuditEvent.load(document) == an_event(watch)
    with pytest.raises(ValueError, match="not a line"):
        read_line(b'{"n": "one"}')


def test_a_second_server_cannot_write_into_a_held_chain(tmp_path, open_trail):
    first = open_trail()
    assert open_trail().chain.name == "chain-2"
    first.close()
    assert open_trail().chain.name == "chain-1"
    assert os.access(tmp_path / "audit", os.W_OK)
