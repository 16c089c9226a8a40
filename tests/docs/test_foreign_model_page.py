"""The page on bringing one's own model runs as it stands there, and names every word of a card."""

import re
import shlex
from dataclasses import fields
from pathlib import Path

import numpy as np
from click.testing import CliRunner
from PIL import Image

from doubles.foreign_networks import BrightSpots, export_onnx
from vedette.cli.main import app
from vedette.learn.foreign.card import LAYOUTS, CardInput, CardOutput

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "bring-your-own-model.md").read_text("utf-8")


def test_the_commands_of_the_page_run_and_say_what_it_shows(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    export_onnx(BrightSpots(), tmp_path / "spots.onnx", 64)
    Path("spots.json").write_text(re.search(r"```json\n(.*?)```", PAGE, re.DOTALL)[1])
    pixels = np.zeros((64, 64, 3), np.uint8)
    pixels[8:24, 40:56] = 255
    Image.fromarray(pixels).save("plate.png")
    commands, _, shown = re.search(r"```sh\n(.*?)```(\s+)```\n(.*?)```", PAGE, re.DOTALL).groups()
    output = ""
    for command in commands.splitlines():
        answer = CliRunner().invoke(app, shlex.split(command)[1:])
        assert answer.exit_code == 0, answer.output
        output += re.sub(r", made in .*", "", answer.output)
    assert output == shown


def test_every_word_of_a_card_and_every_layout_is_on_the_page():
    words = {field.name for kind in (CardInput, CardOutput) for field in fields(kind)} - {"name"}
    words |= {layout for layouts in LAYOUTS.values() for layout in layouts}
    assert [word for word in sorted(words) if not re.search(rf"[`.]{word}`", PAGE)] == []
