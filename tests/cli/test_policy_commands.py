import json

import pytest
from click.testing import CliRunner

from doubles.installations import an_installation
from vedette.cli.main import app

RUNNER = CliRunner()
DOCUMENT = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Action": "rekognition:DetectCustomLabels", "Resource": "*"},
}
TRUST = {
    "Version": "2012-10-17",
    "Statement": {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::000000000000:user/alice"},
        "Action": "sts:AssumeRole",
    },
}


@pytest.fixture
def data(sqlite_maker, monkeypatch):
    folder = an_installation(sqlite_maker)
    monkeypatch.setenv("VEDETTE_DATA", str(folder))
    return folder


@pytest.fixture
def file(tmp_path):
    made = tmp_path / "detect.json"
    made.write_text(json.dumps(DOCUMENT, indent=2))
    return made


def run(*words, stdin=None):
    ran = RUNNER.invoke(app, [str(word) for word in words], input=stdin)
    return ran.exit_code, ran.stdout, ran.stderr


def printed(*words, stdin=None):
    status, out, err = run(*words, stdin=stdin)
    assert (status, err) == (0, "")
    return out


def rows(*words):
    return [line.split() for line in printed(*words).splitlines()]


def test_a_new_user_is_told_that_it_may_do_nothing_and_what_to_type(data):
    status, out, err = run("user", "create", "alice")
    assert (status, out) == (0, "arn:aws:iam::000000000000:user/alice\n")
    assert err == (
        "alice may do nothing yet. Attach a policy, for example:\n"
        "  vedette user attach alice labeller\n"
        "`vedette policy list` shows what there is.\n"
    )
    assert printed("user", "attach", "alice", "labeller") == ""
    assert rows("user", "list")[0][3:] == ["labeller"]


def test_a_user_made_with_policies_is_told_nothing(data):
    printed("user", "create", "alice", "--policy", "labeller", "--policy", "caller")
    assert rows("user", "list")[0][3:] == ["caller,", "labeller"]
    printed("user", "detach", "alice", "caller", "labeller")
    assert rows("user", "list")[0][3:] == ["-"]


def test_the_hint_names_another_account(data):
    printed("account", "create", "111122223333")
    _, _, err = run("role", "create", "reader", "--account", "111122223333")
    assert "  vedette role attach reader labeller --account 111122223333\n" in err
    printed("role", "attach", "reader", "labeller", "--account", "111122223333")


def test_a_policy_comes_from_a_file_or_standard_input_and_is_shown_as_it_was(data, file):
    printed("policy", "put", "detect", file)
    assert printed("policy", "show", "detect") == file.read_text() + "\n"
    printed("policy", "put", "detect", "-", stdin=json.dumps(DOCUMENT))
    assert json.loads(printed("policy", "show", "detect")) == DOCUMENT
    assert json.loads(printed("policy", "show", "administrator"))["Statement"][0]["Action"] == "*"


def test_the_list_says_who_holds_each(data, file):
    printed("policy", "put", "detect", file)
    printed("user", "create", "alice", "--policy", "detect")
    printed("group", "create", "staff")
    printed("group", "attach", "staff", "detect", "viewer")
    assert rows("policy", "list") == [
        ["detect", "own", "user", "alice,", "group", "staff"],
        ["administrator", "built", "in", "-"],
        ["trainer", "built", "in", "-"],
        ["labeller", "built", "in", "-"],
        ["viewer", "built", "in", "group", "staff"],
        ["caller", "built", "in", "-"],
        ["annotator", "built", "in", "-"],
    ]


def test_a_policy_in_use_is_refused_with_who_uses_it(data, file):
    printed("policy", "put", "detect", file)
    printed("user", "create", "alice", "--policy", "detect")
    assert run("policy", "delete", "detect") == (
        1,
        "",
        "The policy detect is attached to user alice; detach it first.\n",
    )
    printed("user", "detach", "alice", "detect")
    printed("policy", "delete", "detect")
    assert run("policy", "show", "detect")[2] == "There is no policy detect in account 000000000000.\n"


@pytest.mark.parametrize(
    ("content", "status", "words"),
    [
        (b"{", 1, "it is not JSON"),
        (b"\xff\xfe", 2, "it is not text in UTF-8"),
        (None, 2, "No such file or directory"),
        (json.dumps(TRUST).encode(), 1, "statement 1"),
    ],
)
def test_a_document_that_cannot_be_used_is_refused_in_a_sentence(content, status, words, data, file):
    file.unlink()
    if content is not None:
        file.write_bytes(content)
    got, out, err = run("policy", "put", "detect", file)
    assert (got, out, err.count("\n")) == (status, "", 1)
    assert words in err


def test_groups_come_and_go_with_their_users(data):
    printed("user", "create", "alice", "--policy", "caller")
    printed("user", "create", "bob", "--policy", "caller")
    assert printed("group", "create", "staff") == "arn:aws:iam::000000000000:group/staff\n"
    printed("group", "add", "staff", "alice", "bob")
    printed("group", "attach", "staff", "viewer")
    assert rows("group", "list") == [["staff", "viewer", "alice,", "bob"]]
    assert [row[3:] for row in rows("user", "list")] == [["caller,", "staff/viewer"]] * 2
    assert run("group", "delete", "staff")[2] == "alice, bob are in the group staff; remove them first.\n"
    printed("group", "remove", "staff", "alice", "bob")
    printed("group", "detach", "staff", "viewer")
    printed("group", "delete", "staff")
    assert printed("group", "list").strip() == ""


def test_a_role_takes_a_trust_policy_and_shows_it(data, tmp_path):
    file = tmp_path / "trust.json"
    file.write_text(json.dumps(TRUST))
    printed("role", "create", "reader", "--trust-policy", file, "--policy", "viewer")
    assert json.loads(printed("role", "trust", "reader")) == TRUST
    assert rows("role", "list") == [
        ["reader", "arn:aws:iam::000000000000:role/reader", "by", "its", "trust", "policy", "viewer"]
    ]
    changed = json.loads(printed("role", "trust", "reader", "--trust", "111122223333"))
    assert changed["Statement"][0]["Principal"] == {"AWS": ["arn:aws:iam::111122223333:root"]}
    assert rows("role", "list")[0][2] == "111122223333"
    printed("role", "detach", "reader", "viewer")
    assert rows("role", "list")[0][3:] == ["-"]


@pytest.mark.parametrize(
    ("options", "status", "words"),
    [
        (["--trust", "12"], 1, "twelve digits"),
        (["--trust", "111122223333", "--trust-policy", "-"], 2, "exclude each other"),
        (["--trust-policy", "-"], 1, "is not an action of sts"),
    ],
)
def test_a_trust_that_could_not_be_obeyed_is_refused(options, status, words, data):
    got, out, err = run("role", "create", "reader", *options, stdin=json.dumps(DOCUMENT))
    assert (got, out) == (status, "")
    assert words in err
    assert printed("role", "list").strip() == ""


@pytest.mark.parametrize("kind", ["user", "role"])
def test_tags_are_added_shown_and_removed(kind, data):
    printed(kind, "create", "alice", "--policy", "viewer")
    assert printed(kind, "tag", "alice").strip() == ""
    assert rows(kind, "tag", "alice", "team=boards", "site=a=b") == [["site", "a=b"], ["team", "boards"]]
    assert rows(kind, "tag", "alice", "team=cookies", "--remove", "site") == [["team", "cookies"]]
    assert run(kind, "tag", "alice", "nothing") == (2, "", "'nothing' is no tag: KEY=VALUE.\n")
