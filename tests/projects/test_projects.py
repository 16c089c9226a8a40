import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doubles.houses import ELSEWHERE, HERE, MovedClock
from vedette.errors import Busy, Missing, Taken
from vedette.projects.project import Scope
from vedette.projects.projects import NewProject, Projects

BOARDS = NewProject("boards")
AWS = Scope("rekognition", HERE, "eu-west-1")
LOOKOUT = Scope("lookoutvision", HERE, "eu-west-1")


@pytest.fixture
def projects(database, clock):
    return Projects(database, clock)


def names(projects, scope=AWS, **asked):
    found, _ = projects.list(scope, **asked)
    return [project.name for project in found]


def test_a_project_is_found_by_name_and_by_arn(projects):
    made = projects.create(AWS, BOARDS)
    assert projects.find(AWS, "boards") == made
    assert projects.find_by_arn(str(made.arn), "eu-west-1") == made


def test_the_arn_of_rekognition_ends_with_the_moment_of_creation(projects, clock):
    made = projects.create(AWS, BOARDS)
    assert str(made.arn) == f"arn:aws:rekognition:eu-west-1:{HERE}:project/boards/1777896000000"
    assert made.created == clock.now


def test_the_arn_of_lookout_ends_with_the_name(projects):
    made = projects.create(LOOKOUT, BOARDS)
    assert str(made.arn) == f"arn:aws:lookoutvision:eu-west-1:{HERE}:project/boards"


def test_a_name_is_given_once(projects):
    projects.create(AWS, BOARDS)
    with pytest.raises(Taken) as refused:
        projects.create(AWS, BOARDS)
    assert (refused.value.kind, refused.value.name) == ("project", "boards")


@pytest.mark.parametrize(
    "other",
    [LOOKOUT, Scope("rekognition", ELSEWHERE, "eu-west-1"), Scope("rekognition", HERE, "us-east-1")],
    ids=["service", "account", "region"],
)
def test_the_same_name_is_free_in_another(other, projects):
    projects.create(AWS, BOARDS)
    projects.create(other, BOARDS)
    assert names(projects) == names(projects, other) == ["boards"]


def test_a_project_of_another_region_is_missing_here(projects):
    made = projects.create(AWS, BOARDS)
    with pytest.raises(Missing):
        projects.find_by_arn(str(made.arn), "us-east-1")


@pytest.mark.parametrize(
    ("part", "other"),
    [
        ("1777896000000", "1777896000009"),
        ("1777896000000", "01777896000000"),
        ("/1777896000000", ""),
        ("arn:aws:", "arn:aws-cn:"),
        ("project/", "projects/"),
        (HERE, ELSEWHERE),
    ],
)
def test_an_arn_that_differs_anywhere_names_nothing(part, other, projects):
    made = projects.create(AWS, BOARDS)
    assert part in str(made.arn)
    with pytest.raises(Missing):
        projects.delete_by_arn(str(made.arn).replace(part, other), "eu-west-1")


def test_of_many_who_want_one_name_one_gets_it(projects):
    answers = []

    def create():
        try:
            answers.append(projects.create(AWS, BOARDS).name)
        except Taken:
            answers.append("taken")

    threads = [threading.Thread(target=create) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["boards", *["taken"] * 5]


def test_a_deleted_project_is_gone_and_its_name_free(projects):
    first = projects.create(AWS, BOARDS)
    assert projects.delete_by_arn(str(first.arn), "eu-west-1") == str(first.arn)
    assert names(projects) == []
    second = projects.create(AWS, BOARDS)
    assert second.id > first.id


def test_a_project_that_holds_something_stays(projects):
    projects.create(AWS, BOARDS)
    projects.ask_before_deleting(lambda connection, project: "")
    projects.ask_before_deleting(lambda connection, project: "2 datasets")
    with pytest.raises(Busy, match=r"boards still has 2 datasets; delete them first"):
        projects.delete(AWS, "boards")
    assert names(projects) == ["boards"]


def test_names_filter_and_unknown_ones_are_not_there(projects):
    for name in ("a", "b", "c"):
        projects.create(AWS, NewProject(name))
    assert names(projects, names=["c", "a", "nobody"]) == ["a", "c"]


def test_features_are_kept_apart(projects):
    projects.create(AWS, NewProject("labels"))
    projects.create(AWS, NewProject("adapter", "CONTENT_MODERATION", "ENABLED"))
    assert names(projects) == ["labels"]
    assert names(projects, features=["CONTENT_MODERATION"]) == ["adapter"]
    assert names(projects, features=["CONTENT_MODERATION", "CUSTOM_LABELS"]) == ["labels", "adapter"]


def test_a_full_last_page_says_that_it_is_the_last(projects):
    for number in range(4):
        projects.create(AWS, NewProject(f"p{number}"))
    first, more = projects.list(AWS, most=2)
    assert more
    last, more = projects.list(AWS, most=2, after=first[-1].id)
    assert [project.name for project in last] == ["p2", "p3"]
    assert not more


@given(steps=st.lists(st.tuples(st.sampled_from(["page", "make", "drop"]), st.integers(0, 9)), max_size=20))
@settings(max_examples=15, deadline=None)
def test_pages_stay_right_while_projects_come_and_go(steps, sqlite_maker):
    from vedette.store.db import open_database

    opened = open_database(*sqlite_maker.new())
    projects = Projects(opened, MovedClock())
    alive = {}
    for number in range(6):
        made = projects.create(AWS, NewProject(f"first{number}"))
        alive[made.name] = made.id
    stayed, seen, after, more = set(alive.values()), [], 0, True
    for step, number in [*steps, *[("page", 0)] * 30]:
        if step == "page" and more:
            page, more = projects.list(AWS, after=after, most=2)
            seen += [project.id for project in page]
            after = page[-1].id if page else after
        elif step == "make" and f"new{number}" not in alive:
            alive[f"new{number}"] = projects.create(AWS, NewProject(f"new{number}")).id
        elif step == "drop" and alive:
            name = sorted(alive)[number % len(alive)]
            projects.delete(AWS, name)
            stayed.discard(alive.pop(name))
    opened.close()
    assert stayed <= set(seen)
    assert seen == sorted(set(seen))
