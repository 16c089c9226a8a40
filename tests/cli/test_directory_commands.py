import json
import shlex
import stat

import pytest
from click.testing import CliRunner

from doubles.installations import an_installation
from vedette.cli.main import app

RUNNER = CliRunner()


@pytest.fixture
def data(sqlite_maker, monkeypatch):
    folder = an_installation(sqlite_maker)
    monkeypatch.setenv("VEDETTE_DATA", str(folder))
    return folder


def run(*words, fails=None):
    ran = RUNNER.invoke(app, list(words))
    assert ran.exit_code == (fails or 0), ran.output
    return ran.stderr if fails else ran.stdout


def exported(text):
    return dict(word.split("=", 1) for word in shlex.split(text) if "=" in word)


def test_there_are_no_credentials_before_the_first_start(tmp_path):
    said = run("credentials", "--data", str(tmp_path / "nowhere"), fails=2)
    assert "start the server once" in said
    assert not (tmp_path / "nowhere").exists()


def test_credentials_come_in_three_forms(data):
    run("user", "list")
    kept = json.loads((data / "credentials.json").read_text())
    shell = exported(run("credentials"))
    program = json.loads(run("credentials", "--format", "json"))
    profile = run("credentials", "--format", "profile", "--profile", "factory")
    assert shell == {
        "AWS_ACCESS_KEY_ID": kept["access_key_id"],
        "AWS_SECRET_ACCESS_KEY": kept["secret_access_key"],
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    assert program == {
        "Version": 1,
        "AccessKeyId": kept["access_key_id"],
        "SecretAccessKey": kept["secret_access_key"],
    }
    assert profile.startswith("[factory]\naws_access_key_id = AKIA")


def test_what_is_secret_is_readable_by_its_owner_alone(data):
    run("user", "list")
    for file in ("credentials.json", "keys/installation.key"):
        assert stat.S_IMODE((data / file).stat().st_mode) == 0o600


def test_users_come_and_go(data):
    assert run("user", "create", "alice").strip() == "arn:aws:iam::000000000000:user/alice"
    assert run("user", "list").split()[0] == "alice"
    run("user", "delete", "alice")
    assert run("user", "list").strip() == ""


def test_a_refusal_is_one_sentence(data):
    run("user", "create", "alice")
    said = run("user", "create", "alice", fails=1)
    assert said == "User alice exists already in account 000000000000.\n"


def test_a_key_is_made_shown_once_disabled_enabled_and_deleted(data):
    run("user", "create", "alice")
    key = exported(run("key", "create", "--user", "alice"))
    listed = run("key", "list", "--user", "alice")
    assert listed.split() == [key["AWS_ACCESS_KEY_ID"], "alice", "enabled"]
    assert key["AWS_SECRET_ACCESS_KEY"] not in listed
    run("key", "disable", key["AWS_ACCESS_KEY_ID"])
    assert run("key", "list", "--user", "alice").split()[-1] == "disabled"
    run("key", "enable", key["AWS_ACCESS_KEY_ID"])
    assert run("key", "list", "--user", "alice").split()[-1] == "enabled"
    run("key", "delete", key["AWS_ACCESS_KEY_ID"])
    assert run("key", "list", "--user", "alice").strip() == ""


def test_an_account_gets_a_root_key_of_its_own(data):
    run("account", "create", "111122223333", "--name", "plant two")
    key = exported(run("key", "create", "--account", "111122223333"))
    assert run("key", "list", "--account", "111122223333").split()[:2] == [key["AWS_ACCESS_KEY_ID"], "(root)"]
    assert "plant two" in run("account", "list")


def test_a_deleted_root_key_stays_deleted(data):
    root = run("key", "list").split()[0]
    run("key", "delete", root)
    assert run("key", "list").strip() == ""


def test_the_credentials_file_changes_only_when_it_is_asked_to(data):
    old, before = run("key", "list").split()[0], (data / "credentials.json").read_text()
    new = exported(run("key", "create"))
    run("key", "delete", old)
    run("key", "list")
    assert (data / "credentials.json").read_text() == before
    assert exported(run("credentials", "--renew")) == new
    assert exported(run("credentials")) == new
    run("key", "delete", new["AWS_ACCESS_KEY_ID"])
    said = run("credentials", "--renew", fails=1)
    assert said == "The account 000000000000 has no root key: `vedette key create` makes one.\n"


@pytest.mark.parametrize("broken", ["{", "[]", "{}"])
def test_a_broken_credentials_file_is_a_sentence_and_can_be_written_anew(data, broken):
    before = (data / "credentials.json").read_text()
    (data / "credentials.json").write_text(broken)
    assert "`vedette credentials --renew` writes it again" in run("credentials", fails=2)
    run("credentials", "--renew")
    assert (data / "credentials.json").read_text() == before


@pytest.mark.parametrize("broken", ["{", "[]", "{}", None])
def test_a_command_that_asks_a_server_says_that_it_has_no_keys(data, monkeypatch, broken):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    if broken is None:
        (data / "credentials.json").unlink()
    else:
        (data / "credentials.json").write_text(broken)
    said = run("projects", "--data", str(data), fails=2)
    assert said.startswith("There are no keys: set AWS_ACCESS_KEY_ID")


EVERY_COMMAND = [
    ("account", "list"),
    ("user", "create", "alice"),
    ("key", "create"),
    ("role", "create", "reader"),
    ("credentials", "--renew"),
]


@pytest.mark.parametrize("words", EVERY_COMMAND, ids=" ".join)
@pytest.mark.parametrize("made", [False, True], ids=["no folder", "an empty folder"])
def test_no_command_makes_an_installation(words, made, tmp_path):
    place = tmp_path / "nowhere"
    if made:
        place.mkdir()
    said = run(*words, "--data", str(place), fails=1)
    assert said.startswith(f"There is no installation in {place}: `vedette serve` makes one")
    assert not place.exists() or list(place.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        (
            "VEDETTE_ACCOUNT",
            "111122223333",
            "is of the account 000000000000, and VEDETTE_ACCOUNT says 1111",
        ),
        ("VEDETTE_REGION", "eu-west-1", "is of the region us-east-1, and VEDETTE_REGION says eu-west-1"),
    ],
)
def test_a_setting_that_contradicts_the_folder_is_refused(data, monkeypatch, name, value, sentence):
    before = {file: file.read_bytes() for file in data.rglob("*.json")}
    monkeypatch.setenv(name, value)
    assert sentence in run("account", "list", fails=1)
    monkeypatch.delenv(name)
    assert run("account", "list").split() == ["000000000000", "000000000000"]
    assert {file: file.read_bytes() for file in data.rglob("*.json")} == before


def test_the_folders_own_account_is_used_without_the_setting(sqlite_maker):
    folder = an_installation(sqlite_maker, account="111122223333", region="eu-west-1")
    before = {file: file.read_bytes() for file in folder.glob("*.json")}
    arn = run("user", "create", "alice", "--data", str(folder)).strip()
    assert arn.startswith("arn:aws:iam::111122223333:user/alice")
    key = exported(run("key", "create", "--user", "alice", "--data", str(folder)))
    assert key["AWS_DEFAULT_REGION"] == "eu-west-1"
    assert run("account", "list", "--data", str(folder)).split() == ["111122223333"] * 2
    assert {file: file.read_bytes() for file in folder.glob("*.json")} == before


def test_a_setting_that_is_none_is_a_sentence(data, monkeypatch):
    monkeypatch.setenv("VEDETTE_ACCOUNT", "twelve")
    said = run("account", "list", fails=2)
    assert said.startswith("VEDETTE_ACCOUNT cannot be 'twelve': ")
    assert said.count("\n") == 1


def test_a_role_trusts_its_own_account_when_no_other_is_named(data):
    run("role", "create", "reader")
    run("role", "create", "guest", "--trust", "111122223333", "--trust", "999999999999")
    rows = [line.split() for line in run("role", "list").splitlines()]
    assert rows == [
        ["guest", "arn:aws:iam::000000000000:role/guest", "111122223333,999999999999", "-"],
        ["reader", "arn:aws:iam::000000000000:role/reader", "000000000000", "-"],
    ]
    run("role", "delete", "guest")
    assert "guest" not in run("role", "list")
