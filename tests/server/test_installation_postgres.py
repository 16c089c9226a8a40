"""The same on PostgreSQL: the folder and a database elsewhere belong together."""

import pytest

from doubles.packages import tiny_package
from vedette.errors import Refusal
from vedette.identity.seal import make_key
from vedette.projects.project import Scope
from vedette.projects.projects import NewProject, Projects
from vedette.projects.version_states import NewVersion
from vedette.projects.versions import Versions
from vedette.runtime.package import open_package
from vedette.server.archive import DATA
from vedette.server.backup import back_up
from vedette.server.installation import open_installation
from vedette.server.restore import restore
from vedette.settings import Settings

pytestmark = pytest.mark.postgres


@pytest.fixture
def installed(postgres_maker):
    """The address and folder of an installation whose database is a PostgreSQL."""
    address, folder = postgres_maker.new()
    make_key(folder)
    with open_installation(Settings(data=folder, database=address, account="111122223333"), makes=True):
        pass
    yield address, folder
    postgres_maker.drop(address)


def refused(address, folder, *, makes=True):
    settings = Settings(data=folder, database=address)
    with pytest.raises(Refusal) as caught, open_installation(settings, makes=makes):
        pass
    return caught.value.sentence


def test_it_opens_again_with_its_own_account(installed):
    address, folder = installed
    for makes in (True, False):
        with open_installation(Settings(data=folder, database=address), makes=makes) as installation:
            assert installation.settings.account == "111122223333"


def test_another_folder_does_not_take_its_database(installed, tmp_path):
    address, _ = installed
    assert "The installation's key is missing" in refused(address, tmp_path)
    make_key(tmp_path)
    assert "are not of one installation" in refused(address, tmp_path)


def test_an_empty_database_beside_an_installation_is_refused(installed, postgres_maker):
    address, folder = installed
    postgres_maker._run("create database emptied")
    (folder / "versions" / "1").mkdir(parents=True)
    empty = f"{address.rpartition('dbname=')[0]}dbname=emptied"
    for makes in (True, False):
        assert f"has no tables, though {folder} holds 1 model." in refused(empty, folder, makes=makes)
    postgres_maker.drop(empty)


def test_a_server_that_does_not_answer_is_one_sentence(installed, tmp_path):
    _, folder = installed
    nobody = f"postgresql:///vedette?host={tmp_path}&user=vedette"
    sentence = refused(nobody, folder)
    assert sentence.startswith(f"The installation in {folder} cannot be opened: ")
    assert "\n" not in sentence


def test_a_backup_says_that_the_database_is_not_in_it(installed, tmp_path):
    address, folder = installed
    with open_installation(Settings(data=folder, database=address)) as installation:
        projects = Projects(installation.database)
        versions = Versions(installation.database, projects)
        project = projects.create(Scope("rekognition", "111122223333", "us-east-1"), NewProject("boards"))
        version, _ = versions.create(project, NewVersion("v1"))
        tiny_package(folder / "versions" / version.folder / "package", "classification")
        versions.move(version, "trained")
        manifest = back_up(installation, tmp_path / "backup", progress=lambda *_: None)
    assert (manifest.database, manifest.counts["models"]) == (False, 1)
    assert not (tmp_path / "backup" / DATA / "vedette.db").exists()
    restore(tmp_path / "backup", tmp_path / "again", progress=lambda *_: None)
    open_package(tmp_path / "again" / "versions" / version.folder / "package")
    with open_installation(Settings(data=tmp_path / "again", database=address)) as installation:
        assert installation.settings.account == "111122223333"
