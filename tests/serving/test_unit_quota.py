"""How many units an account may have, over all its models of both services."""

import pytest

from doubles.houses import ELSEWHERE, HERE
from vedette.errors import TooMuch
from vedette.projects.in_service import units_in_service
from vedette.projects.project import Scope
from vedette.projects.projects import NewProject
from vedette.projects.version_states import NewVersion
from vedette.quotas import Quota
from vedette.serving.hosting import Hosting
from vedette.serving.plan import HostingBounds


@pytest.fixture
def hosting(house):
    bounds = HostingBounds(quota=Quota(3, {ELSEWHERE: 4}))
    own = Hosting(
        house.versions, lambda version: house.trainings.folder(version).package, house.meter, bounds=bounds
    )
    own._call = lambda *_: None  # no loop: what is refused is refused before
    return own


def a_version(house, service, account=HERE):
    project = house.projects.create(Scope(service, account, "eu-west-1"), NewProject("boards"))
    version, _ = house.versions.create(project, NewVersion("v1" if service == "rekognition" else ""))
    return house.versions.move(version, "trained")


def count(house, account=HERE):
    with house.versions._database.read() as connection:
        return units_in_service(connection, account)


def test_a_start_beyond_the_quota_is_refused_and_changes_nothing(house, hosting):
    first, second = a_version(house, "rekognition"), a_version(house, "lookoutvision")
    hosting.start(first, least=1, most=2)
    assert count(house) == 2
    with pytest.raises(TooMuch) as refused:
        hosting.start(second, least=2, most=None)
    assert (
        refused.value.sentence == f"The account {HERE} may have 3 units, and with this start it would have 4."
    )
    assert house.versions.find_by_id(second.id).state == "trained"
    hosting.start(second, least=1, most=None)
    assert count(house) == 3


def test_another_account_has_its_own_and_may_have_more(house, hosting):
    hosting.start(a_version(house, "rekognition"), least=3, most=None)
    hosting.start(a_version(house, "rekognition", ELSEWHERE), least=4, most=None)
    assert (count(house), count(house, ELSEWHERE)) == (3, 4)
    with pytest.raises(TooMuch, match=f"^The account {ELSEWHERE} may have 4 units, and with this start"):
        hosting.start(a_version(house, "lookoutvision", ELSEWHERE), least=1, most=None)
