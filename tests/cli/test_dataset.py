"""`vedette dataset …` against a running server: what a person does to a dataset without the console."""

import json
import re
import uuid

import pytest
from click.testing import CliRunner

from doubles.lines import a_box_line, a_line, a_ref, an_anomaly_line
from doubles.pictures import a_png
from vedette.cli import dataset_client
from vedette.cli.main import app


@pytest.fixture
def name():
    return f"d-{uuid.uuid4().hex[:8]}"


@pytest.fixture
def run(server, name):
    """Run a `vedette dataset` command on the test's project; return its status, output and errors."""

    def run(command, *words, project=name):
        where = ["--project", project, "--endpoint", server.address, "--data", str(server.data)]
        answer = CliRunner().invoke(app, ["dataset", command, *map(str, words), *where])
        if answer.exception and not isinstance(answer.exception, SystemExit):
            raise answer.exception
        return answer

    return run


def dataset_client_of(server):
    from vedette.cli.client import open_client

    return open_client("vedette", endpoint=server.address, data=server.data)


@pytest.fixture
def project(server, name):
    """Make a Rekognition project with lines in its datasets; return how to read them again."""
    client = server.client("rekognition")
    arn = client.create_project(ProjectName=name)["ProjectArn"]
    own = dataset_client_of(server)

    def fill(*lines, kind="train"):
        client.create_dataset(ProjectArn=arn, DatasetType=kind.upper())
        if lines:
            own.update_entries(ProjectArn=arn, DatasetType=kind, Edits=[{"Line": line} for line in lines])

    def labels(kind="train"):
        pages = own.get_paginator("list_entries").paginate(ProjectArn=arn, DatasetType=kind)
        lines = [json.loads(entry["Line"]) for page in pages for entry in page["Entries"]]
        return {
            line["source-ref"].rpartition("/")[2]: sorted(
                value["class-name"]
                for key, value in line.items()
                if key.endswith("-metadata") and "class-name" in value
            )
            for line in lines
        }

    fill.labels, fill.arn = labels, arn
    return fill


def test_pictures_are_labelled_by_name_by_pattern_and_by_filter(run, project):
    project(a_line("a"), a_line("b"), a_line("night/c"), a_line("night/d", "dog"))
    assert run("label", "cat", "a.png", a_ref("b")).output == "Changed 2 entries.\n"
    assert run("label", "dark", "*/night/*").output == "Changed 2 entries.\n"
    assert run("label", "animal", "--all").output == "Changed 4 entries.\n"
    assert project.labels() == {
        "a.png": ["animal", "cat"],
        "b.png": ["animal", "cat"],
        "c.png": ["animal", "dark"],
        "d.png": ["animal", "dark", "dog"],
    }
    assert run("label", "animal", "--all").output == "Changed 0 entries.\n"


def test_a_dry_run_says_what_would_change_and_changes_nothing(run, project):
    project(a_line("a", "dog"), a_line("b"))
    answer = run("label", "cat", "--all", "--dry-run")
    assert answer.output == (
        f"{a_ref('a')}: dog → cat, dog\n{a_ref('b')}: no label → cat\nWould change 2 entries.\n"
    )
    assert run("remove", "--all", "--dry-run").output.endswith("Would remove 2 entries.\n")
    assert project.labels() == {"a.png": ["dog"], "b.png": []}


def test_no_name_and_no_filter_is_a_question_and_not_everything(run, project):
    project(a_line("a", "dog"))
    for command in ("remove", "unlabel"):
        answer = run(command)
        assert (answer.exit_code, "--all" in answer.stderr) == (2, True)
    assert project.labels() == {"a.png": ["dog"]}


def test_labels_are_taken_away_one_or_all(run, project):
    project(a_line("a", "dog", "wet"), a_line("b", "dog"))
    run("unlabel", "a.png", "--label", "wet")
    assert project.labels() == {"a.png": ["dog"], "b.png": ["dog"]}
    run("unlabel", "--with-label", "dog")
    assert project.labels() == {"a.png": [], "b.png": []}


def test_a_label_is_renamed_in_both_datasets_with_its_colour(run, project):
    project(a_line("a", "dog"), a_box_line("b", "dog", "bone"))
    project(a_line("c", "dog"), kind="test")
    run("labels", "dog", "--colour", "#00ff00", "--key", "d")
    assert run("rename-label", "dog", "wolf").output == "Changed 3 entries.\n"
    assert (project.labels()["a.png"], project.labels("test")) == (["wolf"], {"c.png": ["wolf"]})
    assert run("list", "b.png").output == f"{a_ref('b')}  bone, wolf\n"
    assert run("labels").output == "wolf  #00FF00  d\n"


def test_a_name_that_is_taken_is_merged_only_on_purpose(run, project):
    project(a_line("a", "dog"), a_line("b", "hound", "dog"), a_line("c", "cat"))
    answer = run("rename-label", "hound", "dog")
    assert (answer.exit_code, "merge-labels" in answer.stderr) == (2, True)
    assert run("merge-labels", "hound", "cat", "--into", "dog").output == "Changed 2 entries.\n"
    assert project.labels() == {"a.png": ["dog"], "b.png": ["dog"], "c.png": ["dog"]}


def test_a_deleted_label_goes_from_every_picture_and_its_boxes(run, project):
    project(a_line("a", "dog", "cat"), a_box_line("b", "dog", "cat"))
    run("labels", "dog", "--key", "d")
    assert run("delete-label", "dog").output == "Changed 2 entries.\n"
    assert run("list").output == f"{a_ref('a')}  cat\n{a_ref('b')}  cat\n"
    assert run("labels").output == "\n"


def test_entries_are_moved_and_removed(run, project):
    project(a_line("a", "dog"), a_line("b", "cat"), a_line("c", "cat"))
    project(kind="test")
    assert run("move", "--to", "test", "--with-label", "cat").output.startswith("Moved 2 entries")
    assert run("remove", "c.png", "--type", "test").output.startswith("Removed 1 entries")
    assert (project.labels(), project.labels("test")) == ({"a.png": ["dog"]}, {"b.png": ["cat"]})


def test_a_dataset_is_shown_with_its_labels_and_an_entry_with_its_line(run, project, name):
    project(a_line("a", "dog"), a_line("b", "x" * 300))
    shown = run("show").output
    assert shown.startswith(f"{name}/train: UPDATE_COMPLETE.")
    assert "TotalEntries" in shown
    entry = run("show", "a.png").output
    assert json.loads(entry[: entry.rindex("}") + 1])["source-ref"] == a_ref("a")
    assert "problem: " in run("show", "b.png").output
    assert run("show", "zzz.png").exit_code == 2
    assert run("list", "--with-errors", "--lines").output.startswith('{"source-ref"')


def test_a_batch_that_somebody_else_changed_meanwhile_is_made_anew(run, project, server, name, monkeypatch):
    project(a_line("a"), a_line("b"))
    own = dataset_client_of(server)
    real = dataset_client.DatasetClient.apply
    interfered = []

    def apply(self, edits, again):
        if not interfered:
            interfered.append(True)
            own.update_entries(
                ProjectArn=project.arn, DatasetType="train", Edits=[{"Line": a_line("a", "dog")}]
            )
        real(self, edits, again)

    monkeypatch.setattr(dataset_client.DatasetClient, "apply", apply)
    run("label", "cat", "--all")
    assert project.labels() == {"a.png": ["cat", "dog"], "b.png": ["cat"]}


def test_lookout_has_two_classes_and_a_normal_picture_has_no_mask(run, server, name):
    client = server.client("lookoutvision")
    client.create_project(ProjectName=name)
    client.create_dataset(ProjectName=name, DatasetType="train")
    arn = client.describe_project(ProjectName=name)["ProjectDescription"]["ProjectArn"]
    lines = [an_anomaly_line("a", "anomaly"), a_line("b")]
    dataset_client_of(server).update_entries(
        ProjectArn=arn, DatasetType="train", Edits=[{"Line": line} for line in lines]
    )
    assert run("label", "normal", "--all").output == "Changed 2 entries.\n"
    stats = client.describe_dataset(ProjectName=name, DatasetType="train")["DatasetDescription"]
    assert stats["ImageStats"] == {"Total": 2, "Labeled": 2, "Normal": 2, "Anomaly": 0}
    answer = run("label", "dent", "--all")
    assert (answer.exit_code, "not 'dent'" in answer.stderr) == (1, True)
    answer = run("rename-label", "normal", "good")
    assert (answer.exit_code, "own classes" in answer.stderr) == (2, True)


@pytest.fixture
def bucket(server, name):
    s3 = server.client("s3")
    s3.create_bucket(Bucket=name)
    for key in ("plants/rose/a.png", "plants/rose/b.JPG", "plants/fern/young/c.png", "plants/d.png",
                "plants/notes.txt", "plants-old/e.png"):  # fmt: skip
        s3.put_object(Bucket=name, Key=key, Body=a_png())
    return name


def test_pictures_come_in_from_a_bucket_labelled_by_their_folders(run, server, bucket, name):
    words = ("--from", f"s3://{bucket}/plants", "--labels-from-folders")
    server.client("rekognition").create_project(ProjectName=name)
    dry = run("import", *words, "--dry-run")
    assert "Would bring 4 pictures (3 labelled; 0 are there already)" in dry.output
    assert "Brought 4 pictures (3 labelled; 0 are there already)" in run("import", *words).output
    run("label", "mine", "a.png")
    again = run("import", *words)
    assert "Brought 0 pictures (0 labelled; 4 are there already)" in again.output
    assert run("list").output.splitlines() == [
        f"s3://{bucket}/plants/d.png                         Record is unannotated.",
        f"s3://{bucket}/plants/fern/young/c.png  fern",
        f"s3://{bucket}/plants/rose/a.png        mine, rose",
        f"s3://{bucket}/plants/rose/b.JPG        rose",
    ]
    nothing = run("import", "--from", f"s3://{bucket}/empty")
    assert (nothing.exit_code, "no picture" in nothing.stderr) == (2, True)


def test_a_project_or_dataset_that_is_not_there_is_a_sentence(run, project):
    answer = run("list", project="no-such-project")
    assert (answer.exit_code, "no project no-such-project" in answer.stderr) == (2, True)
    assert run("list", "--type", "test").exit_code == 2


def row(text: str, number: int = 0) -> list[str]:
    """Return the cells of a row of a table, without its time."""
    cells = re.split(r"  +", text.splitlines()[number].strip())
    return [cell for cell in cells if not re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d", cell)]


def test_history_says_who_gave_which_label(run, project):
    project(a_line("a"), a_line("b"))
    run("label", "cat", "--all")
    newest = row(run("history").output)
    assert newest[1:] == ["root", "edit", "2 changed", "cat +2"]
    events = run("history", a_ref("a")).output
    assert row(events)[1:] == ["root", "changed", "no label → cat"]
    assert run("history", "--label", "dog").output.strip() == ""


def test_a_change_is_taken_back_where_nobody_has_changed_the_entry_since(run, project):
    project(a_line("a"), a_line("b"))
    run("label", "cat", "--all")
    number = row(run("history").output)[0]
    run("label", "dog", "b.png")
    assert run("revert", number).output == "Restored 1 entries, and left 1 that somebody changed since.\n"
    assert project.labels() == {"a.png": [], "b.png": ["cat", "dog"]}


def test_a_snapshot_is_made_compared_restored_and_deleted(run, project):
    project(a_line("a", "dog"), a_line("b"))
    made = run("snapshot", "make", "before; $(night)", "--description", "the day's")
    assert made.output == "Snapshot before; $(night): 2 pictures, 1 labelled.\n"
    run("label", "cat", "--all")
    run("remove", "b.png")
    compared = run("snapshot", "compare", "before; $(night)").output
    assert [row(compared, place)[-1] for place in range(5)] == ["1", "0", "0", "1", "0"]
    assert run("snapshot", "restore", "before; $(night)").output == "Restored 2 entries.\n"
    assert project.labels() == {"a.png": ["dog"], "b.png": []}
    assert run("snapshot", "delete", "before; $(night)").output == "Deleted snapshot before; $(night).\n"
    # What the restoration found is a snapshot of its own.
    names = [line.split("  ")[0] for line in run("snapshot", "list").output.splitlines()]
    assert len(names) == 1
    assert "before" in names[0].lower()


@pytest.mark.parametrize("words", [("compare", "none"), ("restore", "none"), ("delete", "none")])
def test_a_snapshot_that_there_is_not_is_named_and_nothing_happens(run, project, words):
    project(a_line("a", "dog"))
    answer = run("snapshot", *words)
    assert answer.exit_code == 2
    assert "no snapshot none" in answer.stderr
    assert project.labels() == {"a.png": ["dog"]}
