import pytest
from hypothesis import given
from hypothesis import strategies as st

from doubles.houses import HERE
from vedette.errors import Busy, Missing, Taken
from vedette.projects.project import Scope
from vedette.projects.projects import NewProject, Projects
from vedette.projects.tokens import ClientToken
from vedette.projects.version import FIRST, MOVES, WORDS
from vedette.projects.version_states import NewVersion
from vedette.projects.versions import Versions

REKOGNITION = Scope("rekognition", HERE, "eu-west-1")
LOOKOUT = Scope("lookoutvision", HERE, "eu-west-1")


@pytest.fixture
def projects(database, clock):
    return Projects(database, clock)


@pytest.fixture
def versions(database, clock, projects):
    return Versions(database, projects, clock)


@pytest.fixture
def boards(projects):
    return projects.create(REKOGNITION, NewProject("boards"))


@pytest.fixture
def doors(projects):
    return projects.create(LOOKOUT, NewProject("doors"))


def a_version(versions, project, name="", **wanted):
    return versions.create(project, NewVersion(name, **wanted))[0]


def led_to(versions, version, *states):
    for state in states:
        version = versions.move(version, state)
    return version


def reachable():
    first = FIRST | {"archived"}
    seen, waiting = set(first), list(first)
    while waiting:
        for state in MOVES[waiting.pop()] - seen:
            seen.add(state)
            waiting.append(state)
    return seen


def test_every_state_has_its_moves_and_its_words():
    assert set(MOVES) == set(WORDS) == {"archived", *FIRST, *(state for to in MOVES.values() for state in to)}


def test_every_state_can_be_reached():
    assert reachable() == set(MOVES)


@given(st.data())
def test_no_path_leads_out_of_the_end_nor_back_to_training(data):
    state = data.draw(st.sampled_from(sorted(FIRST)))
    for _ in range(20):
        if not MOVES[state]:
            break
        state = data.draw(st.sampled_from(sorted(MOVES[state])))
        assert state not in FIRST
    assert not MOVES["deleting"]


@pytest.mark.parametrize("state", sorted(set(MOVES) - {"deleting"}))
def test_whatever_is_under_way_cannot_be_deleted(state):
    under_way = {"training", "copying", "starting", "running", "stopping"}
    assert ("deleting" in MOVES[state]) == (state not in under_way)


def test_a_version_is_found_by_name_and_by_arn(versions, boards):
    made = a_version(versions, boards, "v1", bucket="out", inputs={"train": 1})
    assert versions.find(boards, "v1") == made
    assert versions.find_by_arn(str(made.arn), "eu-west-1") == made
    assert str(made.arn) == f"arn:aws:rekognition:eu-west-1:{HERE}:project/boards/version/v1/1777896000000"


def test_an_arn_of_another_moment_is_of_no_version(versions, boards):
    made = a_version(versions, boards, "v1")
    with pytest.raises(Missing):
        versions.find_by_arn(f"{made.arn}1", "eu-west-1")


def test_a_name_is_given_once_a_project(versions, boards):
    a_version(versions, boards, "v1")
    with pytest.raises(Taken):
        a_version(versions, boards, "v1")


def test_numbers_of_lookout_are_never_given_twice(versions, doors):
    first, second = a_version(versions, doors), a_version(versions, doors)
    versions.remove(led_to(versions, second, "failed", "deleting"))
    third = a_version(versions, doors)
    assert (first.name, second.name, third.name) == ("1", "2", "3")
    assert str(third.arn) == f"arn:aws:lookoutvision:eu-west-1:{HERE}:model/doors/3"
    assert versions.find(doors, "latest").name == "3"


def test_the_latest_to_use_is_the_newest_with_a_package(versions, doors):
    first, second = a_version(versions, doors), a_version(versions, doors)
    assert versions.find(doors, "latest", with_package=True).name == "2", "none has one: the newest says why"
    led_to(versions, first, "trained", "starting", "running")
    assert versions.find(doors, "latest", with_package=True).name == "1"
    assert versions.find(doors, "latest").name == "2"
    led_to(versions, second, "trained")
    assert versions.find(doors, "latest", with_package=True).name == "2"


def test_a_move_that_the_table_lacks_is_refused_and_changes_nothing(versions, boards):
    made = a_version(versions, boards, "v1")
    with pytest.raises(Busy, match="is being trained"):
        versions.move(made, "running")
    assert versions.find(boards, "v1") == made


def test_a_move_takes_other_facts_along(versions, boards, clock):
    made = a_version(versions, boards, "v1")
    moved = versions.move(made, "trained", "Ready.", billable_s=7, results={"f1": 0.5})
    assert (moved.state, moved.message, moved.billable_s, moved.results) == (
        "trained",
        "Ready.",
        7,
        {"f1": 0.5},
    )


def test_a_start_repeated_under_one_token_is_done_once_until_it_stops(versions, doors):
    made = led_to(versions, a_version(versions, doors), "trained")
    token = ClientToken(LOOKOUT, "StartModel", "t", {})

    def start():
        return versions.move(made, "starting", token=token, standing=("running",)).state

    assert [start(), start()] == ["starting", "starting"]
    led_to(versions, made, "running")
    assert start() == "running"
    led_to(versions, made, "stopping", "stopped")
    assert start() == "starting"


def test_versions_are_listed_newest_first_and_pages_stay_right(versions, boards):
    made = [a_version(versions, boards, f"v{number}") for number in range(5)]
    page, more = versions.list(boards, most=2)
    assert ([found.name for found in page], more) == (["v4", "v3"], True)
    versions.remove(led_to(versions, made[2], "failed", "deleting"))
    rest, more = versions.list(boards, before=page[-1].id, most=2)
    assert ([found.name for found in rest], more) == (["v1", "v0"], False)
    assert [found.name for found in versions.list(boards, names=["v1", "none"])[0]] == ["v1"]


def test_a_project_with_a_version_is_not_deleted(versions, projects, boards):
    a_version(versions, boards, "v1")
    with pytest.raises(Busy, match="1 version"):
        projects.delete(REKOGNITION, "boards")


def test_a_deleted_version_takes_its_tags_along(versions, projects, boards):
    made = a_version(versions, boards, "v1", tags={"line": "A"})
    assert projects.tags.of(str(made.arn)) == {"line": "A"}
    versions.remove(led_to(versions, made, "failed", "deleting"))
    with pytest.raises(Missing):
        projects.tags.of(str(made.arn))
    projects.delete(REKOGNITION, "boards")


def test_only_what_is_being_deleted_is_forgotten(versions, boards):
    with pytest.raises(Busy):
        versions.remove(a_version(versions, boards, "v1"))


def test_every_version_has_its_folder_and_state(versions, boards, doors):
    first, second = a_version(versions, boards, "v1"), a_version(versions, doors)
    led_to(versions, first, "failed")
    assert versions.folders() == {first.folder: "failed", second.folder: "training"}


def test_the_newest_of_an_account_are_its_own(versions, projects, boards, doors):
    made = [a_version(versions, boards, "v1"), a_version(versions, doors), a_version(versions, boards, "v2")]
    others = projects.create(Scope("rekognition", "444455556666", "eu-west-1"), NewProject("boards"))
    a_version(versions, others, "v9")
    led_to(versions, made[1], "failed")
    assert versions.newest_of(HERE, "training", most=5) == [made[2], made[0]]
    assert versions.newest_of(HERE, "training", most=1) == [made[2]]
    assert versions.newest_of("777788889999", "training", most=5) == []


def test_versions_are_found_by_state(versions, boards, doors):
    first, second = a_version(versions, boards, "v1"), a_version(versions, doors)
    led_to(versions, first, "failed")
    assert versions.in_state("training") == [second]
