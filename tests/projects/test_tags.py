import pytest

from doubles.houses import HERE
from vedette.errors import Missing, TooMuch, Wrong
from vedette.projects.project import Scope
from vedette.projects.projects import NewProject, Projects

AWS = Scope("rekognition", HERE, "eu-west-1")
MODEL = f"arn:aws:lookoutvision:eu-west-1:{HERE}:model/doors/1"


@pytest.fixture
def projects(database, clock):
    return Projects(database, clock)


def tagged(projects, **tags):
    return str(projects.create(AWS, NewProject("boards", tags=tags)).arn)


def test_a_thing_without_tags_has_an_empty_map(projects):
    assert projects.tags.of(tagged(projects)) == {}


def test_tags_are_added_and_overwritten(projects):
    arn = tagged(projects, stage="dev", team="line 4")
    projects.tags.set(arn, {"stage": "live", "Größe": "µm +-=._:/@"})
    assert projects.tags.of(arn) == {"stage": "live", "team": "line 4", "Größe": "µm +-=._:/@"}


def test_tags_are_removed_and_unknown_keys_do_no_harm(projects):
    arn = tagged(projects, stage="dev", team="line 4")
    projects.tags.remove(arn, ["stage", "nobody"])
    assert projects.tags.of(arn) == {"team": "line 4"}


def test_two_hundred_tags_fit_and_one_more_does_not(projects):
    arn = tagged(projects)
    projects.tags.set(arn, {f"k{number}": "" for number in range(200)})
    with pytest.raises(TooMuch, match="201 tags; 200 are the most"):
        projects.tags.set(arn, {"one": "more"})
    assert len(projects.tags.of(arn)) == 200


@pytest.mark.parametrize("key", ["aws:name", "AWS:name"])
def test_reserved_keys_are_refused(key, projects):
    with pytest.raises(Wrong, match="reserved"):
        projects.tags.set(tagged(projects), {key: "x"})


def test_a_refused_tag_undoes_the_whole_project(projects):
    with pytest.raises(Wrong):
        tagged(projects, **{"aws:x": "y"})
    assert projects.list(AWS) == ([], False)


def test_tags_of_a_project_end_with_it(projects, clock):
    arn = tagged(projects, stage="dev")
    projects.delete(AWS, "boards")
    with pytest.raises(Missing):
        projects.tags.of(arn)
    assert projects.tags.of(tagged(projects)) == {}


def test_what_does_not_exist_cannot_be_tagged(projects):
    for act in (lambda arn: projects.tags.set(arn, {"a": "b"}), projects.tags.of):
        with pytest.raises(Missing):
            act(f"arn:aws:rekognition:eu-west-1:{HERE}:project/nobody/1")


def test_what_no_room_knows_cannot_be_tagged(projects):
    with pytest.raises(Wrong, match="cannot have tags"):
        projects.tags.set(f"arn:aws:lookoutvision:eu-west-1:{HERE}:project/doors", {"a": "b"})


def test_another_room_makes_its_things_taggable(projects):
    projects.tags.register("lookoutvision", "model", lambda connection, arn: arn.resource.endswith("/1"))
    projects.tags.set(MODEL, {"stage": "live"})
    assert projects.tags.of(MODEL) == {"stage": "live"}
    with pytest.raises(Missing, match="There is no model"):
        projects.tags.of(MODEL[:-1] + "2")
