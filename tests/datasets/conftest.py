"""A dataset room of each dialect over a fresh database of each kind."""

import pytest

from doubles.lines import a_room


@pytest.fixture
def room(database, clock, tmp_path):
    """A room with a Rekognition project."""
    with a_room(database, tmp_path, clock) as made:
        yield made


@pytest.fixture
def lookout_room(database, clock, tmp_path):
    """A room with a Lookout project."""
    with a_room(database, tmp_path, clock, service="lookoutvision") as made:
        yield made
