"""What `vedette move` says at a terminal."""

from click.testing import CliRunner

from doubles.installations import an_installation
from vedette.cli.main import app


def run(*words):
    ran = CliRunner().invoke(app, [str(word) for word in words])
    return ran.exit_code, ran.stdout.splitlines(), ran.stderr.splitlines()


def test_what_was_moved_what_was_left_and_what_to_do_next(sqlite_maker, tmp_path, monkeypatch):
    data, other = an_installation(sqlite_maker), tmp_path / "other.db"
    code, said, _ = run("move", f"sqlite:///{other}", "--data", data)
    assert code == 0
    assert said[0].startswith("Moved ")
    assert f"tables to {other} in " in said[0]
    assert said[1:] == [
        f"What was left in {data / 'vedette.db'} refuses to be served, and may be removed when you are sure.",
        "Now start the servers with VEDETTE_DATABASE set to that address.",
    ]
    monkeypatch.setenv("VEDETTE_DATABASE", f"sqlite:///{other}")
    code, said, _ = run("move", "sqlite", "--data", data)
    assert code == 0
    assert said[1].startswith(
        f"The SQLite file that was moved away before lies in {data / 'backups' / 'moved-'}"
    )
    assert said[-1] == "Now start the servers with VEDETTE_DATABASE unset."
    monkeypatch.delenv("VEDETTE_DATABASE")
    assert run("account", "list", "--data", data)[0] == 0


def test_a_refusal_is_one_sentence_and_a_status(sqlite_maker, tmp_path):
    data = an_installation(sqlite_maker)
    for words in (("nonsense",), ("sqlite",), ("mysql://x/y",)):
        code, said, refused = run("move", *words, "--data", data)
        assert (code, said, len(refused)) == (1, [], 1)
    code, _, refused = run("move", "sqlite", "--data", tmp_path / "nowhere")
    assert (code, len(refused)) == (1, 1)
    assert "There is no installation in" in refused[0]
