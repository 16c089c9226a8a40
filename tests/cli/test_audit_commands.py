"""`vedette audit`: shown, verified, exported, with or without a server."""

import json
import shutil
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from doubles.installations import an_installation
from vedette.audit.event import AuditCaller, AuditEvent
from vedette.audit.lines import parts_of
from vedette.audit.trail import AuditTrail
from vedette.cli.main import app

RUNNER = CliRunner()
ANN = AuditCaller("user", "arn:aws:iam::000000000000:user/ann", "000000000000", "AIDAANN", "ann", "AKIAANN")
SESSION = "arn:aws:sts::000000000000:assumed-role/r/ben"
BEN = AuditCaller("role", SESSION, "000000000000", role="arn:r", name="r")
DAY = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def data(tmp_path, monkeypatch):
    """A folder with a trail of two changes and a refusal."""
    trail = AuditTrail(tmp_path, days=0, clock=lambda: DAY)
    start = int(DAY.timestamp() * 1000)
    for n, (caller, operation, facts) in enumerate(
        [
            (ANN, "CreateProject", {"parameters": {"ProjectName": "doors"}}),
            (BEN, "DeleteProject", {"status": 400, "code": "AccessDeniedException", "sentence": "No."}),
            (ANN, "DeleteDataset", {"parameters": {"Note": "clear\x1b[2J"}, "client": "10.1.1.1"}),
        ]
    ):
        moment = start + n * 3_600_000
        trail.note(AuditEvent(f"id-{n}", moment, "rekognition", operation, "eu-west-1", caller, **facts))
    trail.close()
    monkeypatch.setenv("VEDETTE_DATA", str(tmp_path))
    return tmp_path


def run(*words):
    ran = RUNNER.invoke(app, ["audit", *map(str, words)])
    return ran.exit_code, ran.stdout, ran.stderr


def shown(*words):
    status, out, _ = run("show", *words)
    assert status == 0
    return [line.split()[3] for line in out.splitlines()[1:] if "OpenTrail" not in line]


def test_events_are_shown_newest_first_and_chosen(data):
    assert shown() == ["DeleteDataset", "DeleteProject", "CreateProject"]
    assert shown("--who", "ann") == ["DeleteDataset", "CreateProject"]
    assert shown("--who", "AKIAANN", "--operation", "Delete*") == ["DeleteDataset"]
    assert shown("--resource", "doors") == ["CreateProject"]
    assert shown("--since", "2026-11-20T12:30", "--until", "2026-11-20T13:30") == ["DeleteProject"]
    assert shown("--since", "1d") == []
    assert shown("--until", "1h") == ["DeleteDataset", "DeleteProject", "CreateProject"]


def test_a_line_says_who_what_how_it_ended_and_from_where(data):
    _, out, _ = run("show", "--operation", "DeleteProject")
    assert "assumed-role/r/ben" in out
    assert "AccessDeniedException" in out
    _, out, _ = run("show", "--operation", "DeleteDataset")
    assert "10.1.1.1" in out
    assert "\x1b" not in out


def test_a_record_says_in_a_sentence_why_it_was_refused(data):
    _, out, _ = run("show", "--output", "json", "--operation", "DeleteProject")
    assert [(record["code"], record["sentence"]) for record in json.loads(out)] == [
        ("AccessDeniedException", "No.")
    ]


def test_fewer_are_shown_where_fewer_are_wanted(data):
    status, out, err = run("show", "--most", 1)
    assert (status, len(out.splitlines())) == (0, 2)
    assert "earlier ones" in err


@pytest.mark.parametrize("text", ["yesterday", "2026-13-01", "5x", "-3d", "99999999999999d"])
def test_what_is_no_time_is_said(data, text):
    status, _, err = run("show", f"--since={text}")
    assert status == 1
    assert "is no time: say" in err


def test_a_whole_trail_is_said_to_be_whole_and_a_changed_one_not(data):
    status, out, _ = run("verify")
    assert status == 0
    assert out.splitlines()[-1] == "The trail is whole."
    assert out.startswith("4 lines in 1 chains; keys: ")
    part = parts_of(data / "audit" / "chain-1")[0]
    part.write_bytes(part.read_bytes().replace(b"doors", b"floor"))
    status, out, _ = run("verify")
    assert status == 1
    assert "one of them was changed" in out
    assert out.splitlines()[-1] == "The trail is not as it was written."


def test_a_kept_key_is_the_only_one_that_is_trusted(data, tmp_path):
    [public] = (data / "audit" / "public-keys").glob("*.hex")
    kept = shutil.copy(public, tmp_path / "kept.hex")
    assert run("verify", "--key", kept)[0] == 0
    other = AuditTrail(tmp_path / "other", days=0)
    other.close()
    [foreign] = (tmp_path / "other" / "audit" / "public-keys").glob("*.hex")
    status, out, _ = run("verify", "--key", foreign)
    assert status == 1
    assert "which is unknown" in out
    (tmp_path / "none.hex").write_text("nonsense")
    status, _, err = run("verify", "--key", tmp_path / "none.hex")
    assert status == 1
    assert "holds no public key" in err


def test_a_folder_without_a_trail_is_said(tmp_path):
    status, _, err = run("verify", "--data", tmp_path)
    assert status == 1
    assert "There is no audit trail" in err


def test_events_are_exported_in_both_forms(data, tmp_path):
    file = tmp_path / "records.json"
    status, out, _ = run("export", file)
    assert (status, out) == (0, f"3 events in {file}.\n")
    records = json.loads(file.read_text())["Records"]
    assert [record["eventName"] for record in records] == ["CreateProject", "DeleteProject", "DeleteDataset"]
    assert records[1]["userIdentity"]["sessionContext"]["sessionIssuer"]["arn"] == "arn:r"
    _, out, _ = run("export", "-", "--format", "lines", "--since", "2026-11-20T13:30")
    assert [json.loads(line)["id"] for line in out.splitlines()] == ["id-2"]


def test_commands_that_change_who_may_come_in_are_on_record(sqlite_maker, monkeypatch):
    folder = an_installation(sqlite_maker)
    monkeypatch.setenv("VEDETTE_DATA", str(folder))
    for words in (("user", "create", "cara"), ("key", "create", "--user", "cara"), ("user", "list")):
        assert RUNNER.invoke(app, words).exit_code == 0
    secret = RUNNER.invoke(app, ["key", "create", "--user", "cara"]).stdout
    status, out, _ = run("show", "--operation", "vedette*")
    assert status == 0
    operations = [line.split("vedette ")[1].split("  ")[0] for line in out.splitlines()[1:]]
    assert operations == ["key create", "key create", "user create"]
    assert "cara" in out
    assert RUNNER.invoke(app, ["user", "create", "cara"]).exit_code == 1  # there already
    assert run("show", "--operation", "vedette*")[1] == out
    text = "".join(part.read_text() for part in parts_of(folder / "audit" / "chain-1"))
    assert secret.split("AWS_SECRET_ACCESS_KEY=")[1].split()[0] not in text
    assert run("verify")[0] == 0
    monkeypatch.setenv("VEDETTE_AUDIT", "no")
    assert RUNNER.invoke(app, ["user", "create", "dora"]).exit_code == 0
    assert run("show", "--operation", "vedette*")[1] == out


def test_what_was_delivered_is_verified_or_nothing_is_claimed(data, tmp_path):
    status, _, error = run("verify", "--delivered", tmp_path / "nowhere")
    assert (status, "nowhere is no folder" in error) == (1, True)
    (tmp_path / "copy" / "AWSLogs").mkdir(parents=True)
    (tmp_path / "copy" / "AWSLogs" / "x.json.gz").write_bytes(b"x")
    status, out, _ = run("verify", "--delivered", tmp_path / "copy")
    assert status == 1
    assert "AWSLogs/x.json.gz: no digest names it" in out
    assert "There are no digests: nothing can be verified" in out
    key = tmp_path / "key.json"
    key.write_text('{"value": "AAAA", "fingerprint": "0", "since_s": 0}')
    status, _, error = run("verify", "--delivered", tmp_path / "copy", "--key", key)
    assert (status, "says that its key is 0" in error) == (1, True)
