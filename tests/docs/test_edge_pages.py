"""What the pages about the edge say is what the agent does."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from doubles.devices import running_device, tiny_models
from doubles.packages import save_plain
from doubles.videos import write_video
from vedette.cli.main import app
from vedette.edge.agent import MOST_REQUEST
from vedette.edge.served import LOSSES_WITHIN_S, MOST_LOSSES, MOST_WAITING, MOST_WAITING_BYTES
from vedette.edge.sockets import DEFAULT
from vedette.packaging.linux import UNIT as PACKAGED_UNIT
from vedette.packaging.linux import linux_files
from vedette.runtime.components import ComponentFacts

ROOT = Path(__file__).parents[2]
BELT = (ROOT / "docs" / "how-to" / "from-training-to-the-belt.md").read_text("utf-8")
REFERENCE = (ROOT / "docs" / "reference" / "edge.md").read_text("utf-8")
UNIT = (ROOT / "packaging" / "vedette-edge.service").read_text("utf-8")


def test_the_program_of_the_page_asks_an_agent(tmp_path, monkeypatch, capsys):
    models = tiny_models(tmp_path / "models")
    (models / "anomalies.zip").rename(models / "parts.zip")
    (program,) = re.findall(r"```python\n(.*?)```", BELT, re.DOTALL)
    assert DEFAULT in program
    monkeypatch.chdir(tmp_path)
    save_plain(tmp_path / "part.png", 255, height=64, width=64)
    with running_device(models) as device:
        device.run("parts")
        exec(compile(program.replace(DEFAULT, device.agent.addresses[0]), "page", "exec"), {})
    assert capsys.readouterr().out == "reject 1.0\n"


def test_the_unit_s_command_is_one_that_the_command_line_takes():
    (line,) = re.findall(r"^ExecStart=(.*)$", UNIT, re.MULTILINE)
    words = shlex.split(line.replace("$VEDETTE_EDGE_OPTIONS", "--start parts --status 127.0.0.1:9464"))
    assert words[0].endswith("/bin/vedette")
    ran = CliRunner().invoke(app, [*words[1:], "--help"])
    assert ran.exit_code == 0
    options = set(re.findall(r"--[a-z-]+", ran.output))
    assert {word for word in words if word.startswith("--")} <= options


def settings_of(unit):
    """Return what a unit says, every name with the values of its lines."""
    found = {}
    for name, value in re.findall(r"^(\w+)=(.*)$", unit, re.MULTILINE):
        found.setdefault(name, []).append(value)
    return found


def test_the_unit_s_agent_may_write_where_its_models_lie():
    settings = settings_of(UNIT)
    (line,) = settings["ExecStart"]
    words = shlex.split(line)
    models = Path(words[words.index("--models") + 1])
    states = [Path("/var/lib") / name for name in settings["StateDirectory"][0].split()]
    assert models in states, "systemd makes it and gives it to the agent's user"
    assert settings["ProtectSystem"] == ["strict"], "nothing else can be written"
    # With a static group of its user's name systemd refuses to make the user ("dynamic user credentials").
    assert "DynamicUser" not in settings
    assert settings["User"] == settings["Group"] == ["vedette-edge"]
    (made,) = re.findall(r"^useradd (.*)$", SYSTEMD, re.MULTILINE)
    assert made.split()[-1] == "vedette-edge"
    assert {"--system", "--user-group"} <= set(made.split())


def packaged_unit():
    """Return the unit that goes with a package."""
    return linux_files(ComponentFacts("parts", "1.0.0"), "==0.1.0")[PACKAGED_UNIT][0]


def test_the_unit_of_a_package_lets_models_over_the_air_in():
    settings = settings_of(packaged_unit())
    assert "-/opt/vedette-edge/parts/models" in settings["ReadWritePaths"][0].split()
    assert settings["ExecStart"] == ["/opt/vedette-edge/parts/start.sh $VEDETTE_EDGE_OPTIONS"]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd-analyze here")
@pytest.mark.parametrize("name", ["vedette-edge.service", "vedette-edge-watch@.service", "packaged"])
def test_systemd_finds_nothing_wrong_in_the_units(name, tmp_path):
    text = packaged_unit() if name == "packaged" else (ROOT / "packaging" / name).read_text("utf-8")
    # What they start is not installed here; everything else is as it stands there.
    text = re.sub(r"/opt/vedette-edge/\S*(vedette|start\.sh)\b", "/bin/true", text)
    place = tmp_path / name.replace("@.", "@belt.").replace("packaged", "vedette-edge-parts.service")
    place.write_text(text, "utf-8")
    words = ["systemd-analyze", "verify", "--recursive-errors=no", "--man=no", str(place)]
    ran = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")


def test_the_options_of_the_systemd_page_are_taken():
    known = set(re.findall(r"--[a-z-]+", CliRunner().invoke(app, ["edge", "agent", "--help"]).output))
    named = [
        shlex.split(text) for text in re.findall(r"echo 'VEDETTE_EDGE_OPTIONS=(.*?)' > \S*/options", SYSTEMD)
    ]
    assert len(named) == 2
    assert {word for words in named for word in words if word.startswith("--")} <= known


WATCH_UNIT = (ROOT / "packaging" / "vedette-edge-watch@.service").read_text("utf-8")
SYSTEMD = (ROOT / "docs" / "how-to" / "edge-systemd.md").read_text("utf-8")


def test_the_watch_of_the_page_looks_at_a_film(tmp_path, monkeypatch):
    (line,) = re.findall(r"^(vedette edge watch .*)$", BELT, re.MULTILINE)
    assert "--source rtsp://camera/1" in line
    tiny_models(tmp_path / "models")
    (tmp_path / "models" / "anomalies.zip").rename(tmp_path / "models" / "parts.zip")
    (tmp_path / "events").mkdir()
    write_video(tmp_path / "belt.mp4", [255, 0] * 10)
    words = (
        line.replace("rtsp://camera/1", "belt.mp4").replace("models/parts", "models/parts.zip").split()[1:]
    )
    words[words.index("127.0.0.1:9465")] = "127.0.0.1:0"
    ran = subprocess.run(
        [sys.executable, "-m", "vedette", *words], cwd=tmp_path, capture_output=True, check=True
    )
    assert ran.stdout == (tmp_path / "parts.jsonl").read_bytes()
    assert len(ran.stdout.splitlines()) == 10
    assert list((tmp_path / "events").glob("*-event.jpg"))


def test_the_watch_s_unit_and_the_page_s_options_are_taken():
    (line,) = re.findall(r"^ExecStart=(.*)$", WATCH_UNIT, re.MULTILINE)
    (options,) = re.findall(r"echo 'VEDETTE_EDGE_OPTIONS=(.*?)' > /etc/vedette-edge/belt", SYSTEMD)
    words = shlex.split(line.replace("$VEDETTE_EDGE_OPTIONS", options))
    ran = CliRunner().invoke(app, [*words[1:], "--help"])
    assert ran.exit_code == 0
    known = set(re.findall(r"--[a-z-]+", ran.output))
    assert {word for word in words if word.startswith("--")} <= known


@pytest.mark.parametrize(
    "words",
    [
        f"{MOST_WAITING} calls or {MOST_WAITING_BYTES >> 20} MiB of pictures wait for this model already",
        f"a message over {MOST_REQUEST >> 20} MiB",
        "ended four times within a minute",
    ],
)
def test_the_bounds_on_the_page_are_those_of_the_code(words):
    assert (MOST_LOSSES, LOSSES_WITHIN_S) == (4, 60.0)
    assert words in REFERENCE
