import pytest

from doubles.workshops import a_workshop


@pytest.fixture
def shop(tmp_path):
    with a_workshop(tmp_path) as workshop:
        yield workshop
