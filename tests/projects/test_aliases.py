"""Names for versions: made, moved, rolled back, never hiding a version, with a history that stays."""

import uuid

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doubles.houses import HERE, NOON
from vedette.clock import milliseconds
from vedette.errors import Busy, Missing, Taken, TooMuch, Wrong
from vedette.projects.aliases import MOST_ALIASES, AliasChange
from vedette.projects.project import Scope
from vedette.projects.projects import NewProject
from vedette.projects.version_states import NewVersion

ALICE = AliasChange("arn:aws:iam::111122223333:user/alice", "night shift")
REGION = "eu-west-1"


@pytest.fixture
def project(house):
    return house.projects.create(Scope("rekognition", HERE, REGION), NewProject("boards"))


@pytest.fixture
def doors(house):
    return house.projects.create(Scope("lookoutvision", HERE, REGION), NewProject("doors"))


def trained(house, project, name="", *moves):
    version, _ = house.versions.create(project, NewVersion(name))
    for state in ("trained", *moves):
        version = house.versions.move(version, state)
    return version


RUNNING = ("starting", "running")


@pytest.fixture
def three(house, project):
    return [trained(house, project, f"v{number}", *RUNNING) for number in (1, 2, 3)]


def point(house, project, version, change=ALICE, name="line-3"):
    return house.versions.aliases.set(project, name, version.id, change)


def behind(house, project, name="line-3"):
    return house.versions.find_aliased(project, name).name


def history(house, project, name="line-3"):
    return [(move.kind, move.version_name) for move in house.versions.aliases.moves(project, name)]


def test_a_name_leads_to_its_version_by_name_and_by_arn(house, project, three):
    alias = point(house, project, three[0])
    assert str(alias.arn) == (
        f"arn:aws:rekognition:{REGION}:{HERE}:project/boards/version/line-3/{milliseconds(NOON)}"
    )
    assert behind(house, project) == "v1"
    assert house.versions.recent_by_arn(str(alias.arn), REGION).name == "v1"


def test_a_name_of_lookout_stands_where_the_number_does(house, doors):
    version = trained(house, doors)
    alias = point(house, doors, version)
    assert str(alias.arn) == f"arn:aws:lookoutvision:{REGION}:{HERE}:model/doors/line-3"
    assert house.versions.recent_by_name(doors.scope, "doors", "line-3").name == "1"


def test_the_next_request_after_a_move_meets_the_new_version(house, project, three):
    arn = str(point(house, project, three[0]).arn)
    assert house.versions.recent_by_arn(arn, REGION).name == "v1"
    point(house, project, three[1])
    assert house.versions.recent_by_arn(arn, REGION).name == "v2"


def test_what_was_done_is_kept_with_who_when_and_why(house, project, three):
    point(house, project, three[0])
    point(house, project, three[1], AliasChange("bob", "fewer misses"))
    newest, oldest = house.versions.aliases.moves(project, "line-3")
    assert (newest.kind, newest.version_name, newest.moment, newest.moved_by, newest.reason) == (
        "set", "v2", NOON, "bob", "fewer misses",
    )  # fmt: skip
    assert (oldest.version_name, oldest.moved_by, oldest.reason) == ("v1", ALICE.by, "night shift")


def test_a_rollback_leads_back_and_a_second_one_further_back(house, project, three):
    for version in three:
        point(house, project, version)
    aliases = house.versions.aliases
    assert aliases.roll_back(project, "line-3", ALICE).version_name == "v2"
    assert aliases.before(project, "line-3") == (three[0].id, "v1")
    assert aliases.roll_back(project, "line-3", ALICE).version_name == "v1"
    with pytest.raises(Wrong, match="nothing to roll line-3 back to"):
        aliases.roll_back(project, "line-3", ALICE)
    point(house, project, three[2])
    assert aliases.roll_back(project, "line-3", ALICE).version_name == "v1"


def test_a_rollback_passes_over_what_was_deleted(house, project, three):
    for version in three:
        point(house, project, version)
    for state in ("stopping", "stopped", "deleting"):
        house.versions.move(three[1], state)
    house.versions.remove(three[1])
    assert house.versions.aliases.roll_back(project, "line-3", ALICE).version_name == "v1"
    assert history(house, project)[1] == ("set", "v3")


def test_a_rollback_that_is_not_permitted_changes_nothing(house, project, three):
    point(house, project, three[0])
    point(house, project, three[1])

    def refuse(version):
        raise Missing(version)

    with pytest.raises(Missing, match="v1"):
        house.versions.aliases.roll_back(project, "line-3", ALICE, permit=refuse)
    assert behind(house, project) == "v2"


def test_a_running_version_is_not_left_for_one_that_answers_nobody(house, project, three):
    idle = trained(house, project, "v4")
    point(house, project, three[0])
    with pytest.raises(Busy, match=r"v4 of boards is trained and not running\. Start it first"):
        point(house, project, idle)
    assert behind(house, project) == "v1"
    point(house, project, idle, AliasChange("bob", allows_idle=True))
    assert behind(house, project) == "v4"
    version, _ = house.versions.create(project, NewVersion("v5"))
    failed = house.versions.move(version, "failed")
    with pytest.raises(Busy, match="could not be trained"):
        point(house, project, failed)


def test_who_saw_another_version_is_told(house, project, three):
    point(house, project, three[0], AliasChange("ann", expected=""))
    point(house, project, three[1], AliasChange("ann", expected="v1"))
    with pytest.raises(Taken, match="it points to the version v2"):
        point(house, project, three[2], AliasChange("bob", expected="v1"))
    with pytest.raises(Taken, match="is not there"):
        point(house, project, three[2], AliasChange("bob", expected="v1"), name="line-4")
    assert behind(house, project) == "v2"


def test_a_name_never_hides_a_version_nor_a_version_a_name(house, project, three):
    with pytest.raises(Taken, match="has a version named v2"):
        point(house, project, three[0], name="v2")
    point(house, project, three[0])
    with pytest.raises(Taken, match="has an alias named line-3"):
        house.versions.create(project, NewVersion("line-3"))


@pytest.mark.parametrize("name", ["", "latest", "3", "3rd", "-a", "a b", "a/b", "a.b", "é", "a" * 64, "a\n"])
def test_what_is_no_name_is_refused(house, project, three, name):
    with pytest.raises(Wrong, match="An alias has up to 63"):
        point(house, project, three[0], name=name)


def test_a_version_that_a_name_points_to_is_not_deleted(house, project, three):
    point(house, project, three[0])
    for state in ("stopping", "stopped"):
        house.versions.move(three[0], state)
    with pytest.raises(Busy, match="The alias line-3 points to the version v1"):
        house.versions.move(three[0], "deleting")
    point(house, project, three[1])
    assert house.versions.move(three[0], "deleting").state == "deleting"


def test_a_name_that_was_taken_away_leads_nowhere_and_keeps_its_history(house, project, three):
    arn = str(point(house, project, three[0]).arn)
    house.versions.aliases.remove(project, "line-3", ALICE)
    with pytest.raises(Missing):
        house.versions.recent_by_arn(arn, REGION)
    with pytest.raises(Missing):
        house.versions.aliases.remove(project, "line-3", ALICE)
    assert history(house, project) == [("removed", "v1"), ("set", "v1")]
    point(house, project, three[1])
    assert house.versions.aliases.before(project, "line-3") is None


def test_names_are_the_projects_own(house, project, doors, three):
    version = trained(house, doors)
    with pytest.raises(Missing):
        house.versions.aliases.set(project, "line-3", version.id, ALICE)
    point(house, project, three[0])
    with pytest.raises(Missing):
        house.versions.find_aliased(doors, "line-3")
    assert [alias.name for alias in house.versions.aliases.of(project)] == ["line-3"]
    assert house.versions.aliases.of(doors) == []


def test_an_arn_of_a_name_of_another_time_is_none(house, project, three):
    arn = str(point(house, project, three[0]).arn)
    with pytest.raises(Missing):
        house.versions.recent_by_arn(arn[:-1] + ("0" if arn[-1] != "0" else "1"), REGION)
    with pytest.raises(Missing):
        house.versions.recent_by_arn(arn, "us-west-2")


def test_a_project_has_so_many_names(house, project, three):
    for number in range(MOST_ALIASES):
        point(house, project, three[0], name=f"line-{number}")
    with pytest.raises(TooMuch, match="100 aliases"):
        point(house, project, three[0], name="one-more")
    point(house, project, three[1], name="line-7")


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.integers(0, 3), min_size=1, max_size=12))
def test_rollbacks_never_lead_forward(house, steps):
    """A step 0 rolls back, another points to that version: as a person with a pile of papers would."""
    scope = Scope("rekognition", HERE, REGION)
    project = house.projects.create(scope, NewProject(f"boards-{uuid.uuid4().hex[:12]}"))
    versions = [trained(house, project, f"v{number}") for number in (1, 2, 3)]
    pile: list[int] = []
    for step in steps:
        if step:
            point(house, project, versions[step - 1])
            if pile[-1:] != [step]:
                pile.append(step)
            continue
        below = [number for number in pile[:-1] if number != pile[-1]] if pile else []
        if not below:
            with pytest.raises((Wrong, Missing)):
                house.versions.aliases.roll_back(project, "line-3", ALICE)
            continue
        target = max(at for at, number in enumerate(pile[:-1]) if number != pile[-1])
        assert house.versions.aliases.roll_back(project, "line-3", ALICE).version_name == f"v{pile[target]}"
        del pile[target + 1 :]
