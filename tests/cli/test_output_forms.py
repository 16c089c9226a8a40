"""`--output table|json|csv`: every command that lists or shows something has it, and what it prints then."""

import csv
import io
import json
from datetime import datetime, timedelta, timezone
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from vedette.cli.listing import OutputForm, opened_records, print_facts, print_list, prints_records
from vedette.cli.main import app
from vedette.cli.signatures import CommandGroup

ROOT = Path(__file__).parents[2]

# What begins the help of a command that prints something there is, or what a model says of it.
SHOWING = ("Detect", "Evaluate", "List", "Name", "Print", "Say", "Show")
# These print one thing in a form of its own, or change something: each with why.
WITHOUT = {
    "batch detect": "results go where --out says, a line of JSON each",
    "completion": "lines for a shell",
    "console": "one link",
    "credentials": "--format has the forms that clients read",
    "device key": "one key",
    "device order": "changes something",
    "device show": "one JSON document, as the server has it",
    "device token": "makes a token and shows it once",
    "edge key": "one key",
    "feedback verify": "changes something",
    "function dead-letters": "a line of JSON an event, as a dead-letter queue has it",
    "function logs": "what a function printed",
    "model metrics": "one JSON document, as the service wrote it",
    "policy show": "one policy document",
    "role trust": "one policy document",
    "trial verify": "changes something",
    "version": "one word",
}


def commands(command=app, names=()):
    for name, below in command.commands.items():
        if isinstance(below, click.Group):
            yield from commands(below, (*names, name))
        else:
            yield " ".join((*names, name)), below


def option_names(command):
    context = click.Context(command)
    return {name for parameter in command.get_params(context) for name in parameter.opts}


COMMANDS = dict(commands())


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_that_shows_something_shows_it_to_programs_too(name):
    command = COMMANDS[name]
    shows = (command.help or "").split(maxsplit=1)[0].rstrip(":,") in SHOWING or name.endswith(" list")
    if shows:
        assert ("--output" in option_names(command)) is (name not in WITHOUT)


def test_the_exceptions_are_commands_that_would_have_it():
    assert WITHOUT.keys() <= COMMANDS.keys()
    assert not any("--output" in option_names(COMMANDS[name]) for name in WITHOUT)


def test_each_command_with_the_option_is_in_the_reference():
    page = (ROOT / "docs" / "reference" / "output.md").read_text("utf-8")
    for name, command in COMMANDS.items():
        if "--output" in option_names(command):
            assert f"`vedette {name}`" in page


@pytest.fixture
def run():
    """Return what a command of this test prints of two things, in a form."""
    group = CommandGroup("For this test.")
    things = [
        {"Name": "a, b", "When": datetime(2026, 1, 5, 9, 0, 1, tzinfo=timezone(timedelta(hours=1)))},
        {"Name": 'quo"te\nline', "When": None},
    ]
    columns = {"name": "Name", "when": "When", "parts": lambda item: item["Name"].split(", ")}

    @group.define("list")
    @prints_records
    def list_things() -> None:
        """List things."""
        print_list(columns, things, lambda item: (item["Name"], "now"))

    @group.define("show")
    @prints_records
    def show_thing() -> None:
        """Show a thing."""
        print_facts({"name": "é", "is_on": True, "more": {"of": [1, None]}}, lambda: print("é is on"))

    @group.define("stream")
    @prints_records
    def stream_things() -> None:
        """List things as they come."""
        with opened_records(columns) as write:
            for thing in things:
                write(thing)

    @group.define("end-early")
    @prints_records
    def end_early() -> None:
        """List one thing and fail."""
        with opened_records(columns) as write:
            write(things[0])
            raise click.ClickException("no more")

    @group.define("none")
    @prints_records
    def list_none() -> None:
        """List nothing as it comes."""
        with opened_records(columns):
            pass

    return lambda *words: CliRunner().invoke(group, words)


@pytest.mark.parametrize("form", ["json", "csv"])
def test_a_list_printed_as_it_comes_is_the_list_printed_at_once(run, form):
    assert run("stream", "--output", form).stdout == run("list", "--output", form).stdout


def test_a_list_that_ends_early_or_is_empty_is_whole_json(run):
    ended = run("end-early", "--output", "json")
    assert (ended.exit_code, len(json.loads(ended.stdout))) == (1, 1)
    assert run("none", "--output", "json").stdout == "[]\n"


def test_text_for_people_stays_as_it_was(run):
    assert run("show").output == "é is on\n"
    assert run("show", "--output", "table").output == "é is on\n"
    assert run("list").output.startswith("a, b")


def test_json_is_one_document_with_the_columns_as_names(run):
    assert json.loads(run("list", "--output", "json").output) == [
        {"name": "a, b", "when": "2026-01-05T08:00:01Z", "parts": ["a", "b"]},
        {"name": 'quo"te\nline', "when": None, "parts": ['quo"te\nline']},
    ]
    assert json.loads(run("show", "--output", "json").output) == {
        "name": "é",
        "is_on": True,
        "more": {"of": [1, None]},
    }


def test_csv_has_a_line_of_names_and_cells_that_csv_readers_give_back(run):
    rows = list(csv.reader(io.StringIO(run("list", "--output", "csv").output)))
    assert rows == [
        ["name", "when", "parts"],
        ["a, b", "2026-01-05T08:00:01Z", '["a", "b"]'],
        ['quo"te\nline', "", '["quo\\"te\\nline"]'],
    ]
    assert run("show", "--output", "csv").output == 'name,is_on,more\né,true,"{""of"": [1, null]}"\n'


def test_another_form_is_refused_with_those_there_are(run):
    answer = run("list", "--output", "yaml")
    assert answer.exit_code == 2
    assert all(form.value in answer.output for form in OutputForm)


def test_one_command_does_not_choose_for_the_next(run):
    run("show", "--output", "json")
    assert run("show").output == "é is on\n"


@pytest.fixture
def typed(server):
    """Run a command at the shared server, and read what it prints."""
    place = ["--data", str(server.data)]

    def run(*words, reaches=True):
        where = [*place, *(["--endpoint", server.address] if reaches else [])]
        answer = CliRunner().invoke(app, [*words, "--output", "json", *where])
        assert answer.exit_code == 0, answer.output
        return json.loads(answer.stdout)

    return run


def test_what_a_server_has_is_listed_for_programs(server, typed):
    rekognition = server.client("rekognition")
    name = "output-forms"
    arn = rekognition.create_project(ProjectName=name)["ProjectArn"]
    dataset = rekognition.create_dataset(ProjectArn=arn, DatasetType="TRAIN")["DatasetArn"]
    try:
        project = {"service": "rekognition", "name": name, "arn": arn}
        assert project in typed("projects")
        assert typed("models", "--project", name) == []
        assert typed("alias", "list", "--project", name) == []
        assert typed("batch", "list", "--project", name) == []
        assert typed("trial", "list", "--project", name) == []
        assert typed("loop", "list", "--project", name) == []
        assert typed("dataset", "list", "--project", name) == []
        shown = typed("dataset", "show", "--project", name)
        assert (shown["project"], shown["entries"], shown["labels"]) == (name, 0, {})
        assert typed("dataset", "snapshot", "list", "--project", name) == []
        assert isinstance(typed("dataset", "history", "--project", name), list)
        assert typed("dataset", "labels", "--project", name) == []
        assert isinstance(typed("device", "list"), list)
        assert all({"node", "state"} <= node.keys() for node in typed("cluster", "status"))
    finally:
        rekognition.delete_dataset(DatasetArn=dataset)
        rekognition.delete_project(ProjectArn=arn)


@pytest.mark.parametrize(
    ("words", "columns"),
    [
        (("account", "list"), {"id", "name"}),
        (("key", "list"), {"id", "user", "enabled"}),
        (("policy", "list"), {"name", "built_in", "holders"}),
        (("space",), {"name", "bytes", "files", "advice"}),
        (("audit", "show", "--most", "2"), {"time", "operation", "who", "status"}),
    ],
)
def test_what_an_installation_has_is_listed_for_programs(typed, words, columns):
    rows = typed(*words, reaches=False)
    assert rows
    assert all(columns <= row.keys() for row in rows)


@pytest.mark.parametrize(
    "words",
    [
        ("user", "list"),
        ("group", "list"),
        ("role", "list"),
        ("session", "list"),
        ("factor", "list"),
        ("notification", "list"),
        ("usage",),
    ],
)
def test_what_an_installation_may_have_none_of_is_a_list(typed, words):
    assert isinstance(typed(*words, reaches=False), list)


def test_the_state_of_lifecycle_rules_is_one_object(typed):
    assert typed("lifecycle", "status", reaches=False).keys() == {
        "active",
        "paused_since",
        "reason",
        "buckets",
        "last_look",
        "problems",
    }
