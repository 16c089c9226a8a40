"""Where a training's temporary files lie, also while trainings in threads of one process overlap."""

import tempfile
from contextlib import ExitStack
from pathlib import Path

from vedette.workers.train_version import scratch_in


def place_of_a_new_file() -> Path:
    with tempfile.NamedTemporaryFile() as file:
        return Path(file.name).parent


def test_overlapping_trainings_leave_the_process_as_it_was(tmp_path):
    before = place_of_a_new_file()
    first, second = ExitStack(), ExitStack()
    first.enter_context(scratch_in(tmp_path / "first"))
    second.enter_context(scratch_in(tmp_path / "second"))
    assert place_of_a_new_file() == tmp_path / "second"
    first.close()
    assert place_of_a_new_file() == tmp_path / "second"
    second.close()
    assert place_of_a_new_file() == before


def test_the_later_of_two_trainings_gives_way_to_the_earlier_one(tmp_path):
    with scratch_in(tmp_path / "first"):
        with scratch_in(tmp_path / "second"):
            pass
        assert place_of_a_new_file() == tmp_path / "first"
    assert not list(tmp_path.iterdir())
