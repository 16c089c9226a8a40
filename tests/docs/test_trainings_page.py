"""The page on trainings names every state, move, file and limit as the program has it."""

import re
from pathlib import Path

from vedette.dialects.registry import DIALECTS, LOOKOUT, REKOGNITION
from vedette.projects.policies import MOST
from vedette.projects.version import MOVES
from vedette.settings import Settings
from vedette.training.copying import MOST_COPIES
from vedette.training.results import MASKS
from vedette.training.run import TRIES

NAMES = {MASKS, *(name for dialect in DIALECTS.values() for name in dialect.results.values())}
PAGE = (Path(__file__).parent.parent.parent / "docs" / "reference" / "trainings.md").read_text("utf-8")


def test_it_lists_every_state_with_its_names_and_moves():
    rows = re.findall(
        r"^\| ([a-z-]+) \| `([A-Z_]+)` \| (?:`([A-Z_]+)`)? ?\| ([a-z, -]+) \|$", PAGE, re.MULTILINE
    )
    assert {row[0] for row in rows} == set(MOVES)
    for state, ours, theirs, after in rows:
        assert (ours, theirs) == (
            REKOGNITION.model_statuses.words[state],
            LOOKOUT.model_statuses.words.get(state, ""),
        )
        assert set(after.split(", ")) == (MOVES[state] or {"gone"})


def test_it_names_every_result_file():
    assert set(re.findall(r"`([A-Za-z]+)-(?:…|<project>)", PAGE)) == NAMES


def test_its_numbers_are_the_programs():
    assert (TRIES, MOST_COPIES, MOST, Settings().trainings) == (3, 5, 5, 2)
