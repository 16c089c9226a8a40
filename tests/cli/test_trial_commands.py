"""`vedette trial …` on a server with a tiny version: pictures tried, verified, corrected, added."""

import json
import uuid

import pytest
from click.testing import CliRunner

from doubles.lines import an_anomaly_line
from doubles.trained import put_version
from doubles.tried import BRIGHT, DARK, a_png
from vedette.cli.main import app
from vedette.manifest.lines import read_line

ACCOUNT = "000000000000"


@pytest.fixture(scope="module")
def place(server):
    return ["--endpoint", server.address, "--data", str(server.data)]


@pytest.fixture(scope="module")
def line(server):
    """A project of Lookout with a version, an empty dataset, and pictures in a bucket of the same name."""
    name = f"line-{uuid.uuid4().hex[:8]}"
    lookout, s3 = server.client("lookoutvision"), server.client("s3")
    lookout.create_project(ProjectName=name)
    lookout.create_dataset(ProjectName=name, DatasetType="train")
    put_version(server.data, "lookoutvision", name, "anomaly", account=ACCOUNT)
    s3.create_bucket(Bucket=name)
    for key, color in (("a", BRIGHT), ("b", DARK), ("c", DARK)):
        s3.put_object(Bucket=name, Key=f"in/{key}.png", Body=a_png(color))
    s3.put_object(Bucket=name, Key="in/notes.png", Body=b"no picture")
    return name


@pytest.fixture
def run(place, line):
    return lambda *words: CliRunner().invoke(app, ["trial", *map(str, words), "--project", line, *place])


@pytest.fixture
def monday(run, line):
    """The name of a trial that is done."""
    name = uuid.uuid4().hex[:8]
    begun = run("start", f"s3://{line}/in/", "--name", name)
    assert begun.exit_code == 0, begun.output
    assert f"{name}: done. 3 of 4 answered, 1 unreadable, 0 verified, 0 in a dataset." in begun.output
    return name


def class_of(text):
    return read_line(text)["anomaly-label-metadata"]["class-name"]


def test_a_trial_is_shown_with_its_guesses(run, line, monday):
    rows = [row.split() for row in run("show", monday, "--order", "number").output.splitlines()[1:]]
    assert [(row[0], row[1].rpartition("/")[2], row[2]) for row in rows] == [
        ("1", "a.png", "anomaly"),
        ("2", "b.png", "normal"),
        ("3", "c.png", "normal"),
        ("4", "notes.png", "The"),
    ]
    lines = run("show", monday, "--as-lines", "--order", "number", "--only", "open").output.splitlines()
    assert [class_of(text) for text in lines] == ["anomaly", "normal", "normal"]
    assert "There are 1 more" in run("show", monday, "--only", "open", "--most", 2).stderr
    assert monday in run("list").output


def test_what_is_verified_by_name_by_all_and_by_lines_goes_into_the_dataset(
    run, line, monday, server, tmp_path
):
    assert run("verify", "incorrect", "a.png", "--trial", monday).output == "Verified: 1 as incorrect.\n"
    assert run("verify", "correct", "--all", "--trial", monday).output == "Verified: 2 as correct.\n"
    again = run("verify", "correct", "*/a.png", "--trial", monday)
    assert "1 verified already stay as they are" in again.stderr
    blank = an_anomaly_line("x", "anomaly")
    source = f"s3://{line}/in/c.png"
    mended = tmp_path / "mended.manifest"
    mended.write_text(blank.replace(json.loads(blank)["source-ref"], source) + "\n", "utf-8")
    corrected = run("verify", "corrected", "--lines", mended, "--trial", monday, "--again")
    assert corrected.output == "Verified: 1 as corrected.\n"
    rows = run("show", monday, "--only", "verified", "--order", "number").output
    assert [row.split()[-3] for row in rows.splitlines()[1:]] == ["incorrect", "correct", "corrected"]
    some = run("add", "a.png", "--trial", monday)
    assert some.output == f"Added: 1 pictures to the train dataset of {line}.\n"
    assert run("add", "--trial", monday).output == f"Added: 2 pictures to the train dataset of {line}.\n"
    entries = server.client("lookoutvision").list_dataset_entries(ProjectName=line, DatasetType="train")
    assert [class_of(text) for text in entries["DatasetEntries"]] == ["normal", "normal", "anomaly"]
    left = run("verify", "incorrect", "b.png", "--again", "--trial", monday)
    assert (left.exit_code, "that stands" in left.stderr) == (1, True), "what is in a dataset stays verified"


def test_pictures_of_this_computer_are_sent_and_tried(run, line, server, tmp_path):
    for folder, color in (("left", BRIGHT), ("right", DARK)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "part.png").write_bytes(a_png(color))
    begun = run("start", tmp_path, "--name", "here", "--to", f"s3://{line}/sent")
    assert begun.exit_code == 0, begun.output
    listed = server.client("s3").list_objects_v2(Bucket=line, Prefix="sent/")["Contents"]
    assert [item["Key"] for item in listed] == ["sent/part.png", "sent/right/part.png"]
    assert run("delete", "here").output == f"Deleted: here of {line}.\n"
    assert run("show", "here").exit_code == 2


def test_a_trial_that_is_not_waited_for_is_stopped_or_done(run, line):
    begun = run("start", f"s3://{line}/in/a.png", "--name", "stopped", "--no-wait")
    assert begun.output.startswith("Begun: stopped (")
    assert run("stop", "stopped").output.startswith("stopped: ")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["show", "nothing"], "has no trial nothing."),
        (["start", "s3://{line}/none/", "--name", "x"], "There is no JPEG or PNG below"),
        (["start", "s3://{line}/in/", "here", "--name", "x"], "in buckets or on this computer, not in both"),
        (["start", "/nowhere/at/all", "--name", "x"], "There is no file or folder"),
        (["start", "--name", "x"], "Say which pictures: a folder, pictures, or --unlabelled train."),
        (["start", "--unlabelled", "test", "--name", "x"], "test"),
        (["start", "s3://{line}/in/", "--name", "x", "--version", "9"], "9"),
        (["verify", "correct", "--trial", "{trial}"], "Say which pictures"),
        (["verify", "corrected", "--all", "--trial", "{trial}"], "is said by --lines FILE"),
        (["verify", "correct", "zzz.png", "--trial", "{trial}"], "has no such picture"),
        (["add", "zzz.png", "--trial", "{trial}"], "has no such verified picture"),
        (["add", "--trial", "{trial}", "--type", "test"], "test"),
    ],
)
def test_what_a_person_can_mend_is_a_sentence(words, sentence, run, line, monday):
    answer = run(*[word.format(line=line, trial=monday) for word in words])
    assert answer.exit_code == 2, answer.output
    assert sentence in answer.output


def test_a_key_that_would_move_the_cursor_is_printed_as_signs(run, line, server):
    server.client("s3").put_object(Bucket=line, Key="odd/a\x1b[2Jb\n1 c.png", Body=a_png(DARK))
    shown = run("start", f"s3://{line}/odd/", "--name", "odd") and run("show", "odd").output
    assert f"s3://{line}/odd/a\\x1b[2Jb\\n1 c.png" in shown
    assert "\x1b" not in shown


def test_two_trials_of_one_name_are_told_apart_by_their_ids(run, line):
    for _ in range(2):
        run("start", f"s3://{line}/in/a.png", "--name", "twins", "--no-wait")
    refused = run("show", "twins")
    assert (refused.exit_code, "2 trials are called twins" in refused.output) == (2, True)
    first = refused.output.rstrip(".\n").rpartition(" ")[2]
    assert run("show", first).exit_code == 0
