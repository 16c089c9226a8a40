"""What the tests of handlers share: every handler that they call is held to the shapes of its operation."""

import pytest

from doubles.shapes import held_to_shape
from vedette.api.lookout import OPERATIONS as LOOKOUT
from vedette.api.own import OPERATIONS as OWN
from vedette.api.rekognition import OPERATIONS as REKOGNITION


@pytest.fixture(autouse=True, scope="module")
def shapes():
    """Hold the handlers to their shapes."""
    doors = {"vedette": OWN, "lookoutvision": LOOKOUT, "rekognition": REKOGNITION}
    before = {service: dict(handlers) for service, handlers in doors.items()}
    for service, handlers in doors.items():
        handlers.update(
            {name: held_to_shape(service, name, handler) for name, handler in before[service].items()}
        )
    yield
    for service, handlers in doors.items():
        handlers.update(before[service])
