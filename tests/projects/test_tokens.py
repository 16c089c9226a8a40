import pytest

from doubles.houses import HERE
from vedette.errors import Missing, Taken
from vedette.projects.project import Scope
from vedette.projects.projects import NewProject, Projects
from vedette.projects.tokens import ClientToken
from vedette.store.db import open_database

HOME = Scope("lookoutvision", HERE, "eu-west-1")


@pytest.fixture
def projects(database, clock):
    return Projects(database, clock)


def token(name, text="t-1", operation="CreateProject", scope=HOME):
    return ClientToken(scope, operation, text, {"ProjectName": name})


def test_a_repeat_makes_nothing_and_answers_the_same(projects):
    first = projects.create(HOME, NewProject("doors"), token("doors"))
    assert projects.create(HOME, NewProject("doors"), token("doors")) == first


def test_the_same_token_with_other_parameters_is_refused(projects):
    projects.create(HOME, NewProject("doors"), token("doors"))
    with pytest.raises(Taken, match="t-1 was used before, with other parameters") as refused:
        projects.create(HOME, NewProject("windows"), token("windows"))
    assert (refused.value.kind, refused.value.name) == ("project", "windows")


@pytest.mark.parametrize(
    ("hours", "replayed"), [(7.999, True), (8, False)], ids=["just before eight hours", "at eight hours"]
)
def test_a_token_lives_eight_hours(hours, replayed, projects, clock):
    projects.create(HOME, NewProject("doors"), token("doors"))
    clock.move(hours=hours)
    if replayed:
        projects.create(HOME, NewProject("doors"), token("doors"))
    else:
        with pytest.raises(Taken, match="exists already"):
            projects.create(HOME, NewProject("doors"), token("doors"))


def test_a_token_outlives_the_process(address, clock):
    opened = open_database(*address)
    first = Projects(opened, clock).create(HOME, NewProject("doors"), token("doors"))
    opened.close()
    again = open_database(*address)
    assert Projects(again, clock).create(HOME, NewProject("doors"), token("doors")) == first
    again.close()


@pytest.mark.parametrize(
    "other",
    [
        Scope("lookoutvision", "999999999999", "eu-west-1"),
        Scope("lookoutvision", HERE, "us-east-1"),
    ],
    ids=["account", "region"],
)
def test_a_token_means_nothing_in_another(other, projects):
    projects.create(HOME, NewProject("doors"), token("doors"))
    made = projects.create(other, NewProject("windows"), token("windows", scope=other))
    assert made.scope == other


def test_a_fixed_token_means_it_again_once_its_work_is_undone(projects):
    first = projects.create(HOME, NewProject("doors"), token("doors"))
    projects.delete(HOME, "doors", token("doors", operation="DeleteProject"))
    second = projects.create(HOME, NewProject("doors"), token("doors"))
    assert second.id != first.id
    projects.delete(HOME, "doors", token("doors", operation="DeleteProject"))
    with pytest.raises(Missing):
        projects.find(HOME, "doors")


def test_a_repeated_deletion_answers_as_the_first(projects):
    projects.create(HOME, NewProject("doors"))
    gone = projects.delete(HOME, "doors", token("doors", operation="DeleteProject"))
    assert projects.delete(HOME, "doors", token("doors", operation="DeleteProject")) == gone
    with pytest.raises(Missing):
        projects.delete(HOME, "doors", token("doors", "another", operation="DeleteProject"))


def test_a_refused_request_leaves_its_token_unused(projects):
    projects.create(HOME, NewProject("doors"))
    with pytest.raises(Taken, match="exists already"):
        projects.create(HOME, NewProject("doors"), token("doors"))
    projects.delete(HOME, "doors")
    assert projects.create(HOME, NewProject("doors"), token("doors")).name == "doors"
