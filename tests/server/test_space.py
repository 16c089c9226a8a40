"""What takes space: counted right, told apart, and reported once a day."""

import json
import os
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from doubles.trained import put_version
from vedette.cli.main import app
from vedette.server.installation import open_installation
from vedette.server.nightly import SpaceWatch, amount, summary
from vedette.server.space import SpaceLine, SpaceReport, SpaceReports, disk_size, measure_space
from vedette.settings import Settings
from vedette.store.blobs.folder import FolderBlobs

NIGHT = datetime(2026, 11, 29, 2, 30, tzinfo=UTC)
MIB = 1024 * 1024


@pytest.fixture
def installation(tmp_path):
    with open_installation(Settings(data=tmp_path / "data"), makes=True) as opened:
        yield opened


def by_name(report):
    return {line.name: line for line in report.lines}


def measured(installation):
    return measure_space(installation.settings, installation.database, lambda: NIGHT)


def test_buckets_count_their_objects_older_versions_and_unended_uploads_apart(installation):
    blobs = FolderBlobs(installation.settings.data / "buckets")
    blobs.make_bucket("acme", account="0" * 12)
    blobs.buckets.set_versioning("acme", "Enabled")
    for body in (b"1" * 1000, b"2" * 2000):
        blobs.put("acme", "a.png", body)
    blobs.delete("acme", "a.png")
    blobs.put("acme", "b.png", b"3" * 500)
    blobs.close()
    lines = by_name(measured(installation))
    assert (lines["bucket acme"].files, lines["bucket acme"].size) == (1, 500)
    older = lines["bucket acme, older versions"]
    assert (older.files, older.size) == (2, 3000)
    assert "NoncurrentVersionExpiration" in older.advice


def test_models_are_their_projects_and_strangers_are_told_apart(installation):
    data = installation.settings.data
    version = put_version(data, "rekognition", "bolts", "classification", account="0" * 12)
    stranger = data / "versions" / "4711"
    stranger.mkdir(parents=True)
    (stranger / "model.onnx").write_bytes(os.urandom(MIB))
    lines = by_name(measured(installation))
    known = lines[f"models of rekognition {'0' * 12}/bolts"]
    assert (known.files, known.size) == disk_size(data / "versions" / version.folder, set())
    assert known.files > 1
    strange = lines["models of versions that the database does not know"]
    assert (strange.files, strange.size) == (1, MIB)
    assert stranger.exists()


def test_everything_in_the_folder_is_counted_once(installation):
    data = installation.settings.data
    (data / "cache" / "features" / "ab").mkdir(parents=True)
    (data / "cache" / "features" / "ab" / "x.npy").write_bytes(os.urandom(MIB))
    (data / "notes.txt").write_bytes(os.urandom(MIB))
    os.link(data / "notes.txt", data / "notes again.txt")
    (data / "elsewhere").symlink_to("/usr")
    report = measured(installation)
    lines = by_name(report)
    assert lines["features of pictures"] == SpaceLine(
        "features of pictures", 1, MIB, "made again when a training needs them; may be removed"
    )
    assert MIB <= lines["other files"].size < 1.1 * MIB
    assert lines["the database"].size > 100_000
    assert report.size == pytest.approx(disk_size(data, set())[1], rel=0.05)
    assert [line.size for line in report.lines] == sorted((line.size for line in report.lines), reverse=True)


def test_a_file_that_goes_away_while_it_is_counted_is_passed_over(tmp_path, monkeypatch):
    (tmp_path / "stays").write_bytes(os.urandom(4096))
    scandir = os.scandir

    def with_a_ghost(path):
        (tmp_path / "ghost").write_bytes(b"1")
        entries = list(scandir(path))
        (tmp_path / "ghost").unlink()
        return entries

    monkeypatch.setattr(os, "scandir", with_a_ghost)
    assert disk_size(tmp_path, set()) == (1, 4096)


def test_a_night_is_reported_once_whoever_looks(installation, caplog):
    moment = NIGHT
    watches = [SpaceWatch(installation.settings, installation.database, lambda: moment) for _ in range(2)]
    moment = NIGHT.replace(hour=1)
    assert watches[0].look() is None  # not yet
    moment = NIGHT
    with caplog.at_level("INFO", logger="vedette.space"):
        assert watches[0].look() is not None
        assert watches[1].look() is None
    assert len(caplog.records) == 1
    assert caplog.messages[0].startswith("The installation takes ")
    (installation.settings.data / "more").write_bytes(os.urandom(MIB))
    moment = NIGHT + timedelta(days=1)
    with caplog.at_level("INFO", logger="vedette.space"):
        watches[1].look()
    assert "more than on 2026-11-29." in caplog.messages[1]


def test_reports_of_thirty_nights_are_kept_and_a_broken_one_is_passed_over(tmp_path):
    reports = SpaceReports(tmp_path)
    report = SpaceReport(NIGHT.isoformat(), (SpaceLine("bucket a", 1, 10),), 100)
    for day in range(33):
        assert reports.take(NIGHT + timedelta(days=day), lambda: report) == report
    names = sorted(path.name for path in reports.folder.iterdir())
    assert (len(names), names[0]) == (30, "space-2026-12-02.json")
    (reports.folder / names[-1]).write_text("[1, 2]")
    assert reports.newest() == report
    assert reports.newest(before=NIGHT) is None


def test_a_report_that_fails_is_tried_again(tmp_path):
    reports = SpaceReports(tmp_path)

    def fail():
        raise OSError("no such disk")

    with pytest.raises(OSError, match="no such disk"):
        reports.take(NIGHT, fail)
    report = SpaceReport(NIGHT.isoformat(), (), 100)
    assert reports.take(NIGHT, lambda: report) == report


def test_the_command_says_it_beside_a_server_or_without(installation):
    data = installation.settings.data
    (data / "cache" / "features").mkdir(parents=True)
    (data / "cache" / "features" / "x.npy").write_bytes(os.urandom(3 * MIB))
    result = CliRunner().invoke(app, ["space", "--data", str(data), "--most", "1"])
    assert result.exit_code == 0
    lines = result.output.splitlines()
    words = "features of pictures 3.0 MiB 1 made again when a training needs them; may be removed"
    assert " ".join(lines[1].split()) == words
    assert lines[2].startswith("… and ")
    assert "The installation takes" in lines[3]
    document = json.loads(CliRunner().invoke(app, ["space", "--data", str(data), "--json"]).output)
    assert document["lines"][0]["size"] == 3 * MIB


@pytest.mark.parametrize(
    ("size", "words"),
    [(0, "0 B"), (1023, "1023 B"), (1536, "2 KiB"), (5 * MIB, "5.0 MiB"), (2**60, "1048576.0 TiB")],
)
def test_bytes_are_said_for_a_person(size, words):
    assert amount(size) == words


def test_a_summary_says_when_it_became_less():
    before = SpaceReport("2026-11-01T02:00:00+00:00", (SpaceLine("bucket a", 1, 3 * MIB),), 0)
    now = SpaceReport(NIGHT.isoformat(), (SpaceLine("bucket a", 1, MIB),), 5 * MIB)
    assert summary(now, before) == (
        "The installation takes 1.0 MiB (bucket a 1.0 MiB); 5.0 MiB are free. "
        "That is 2.0 MiB less than on 2026-11-01."
    )
