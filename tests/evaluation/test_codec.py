"""What a document is made of reaches JSON, whoever counted it."""

from dataclasses import dataclass

import numpy as np

from vedette.evaluation.codec import to_json


@dataclass(frozen=True)
class EdgeRow:
    """What samples that were made in Python may hold."""

    left: float
    pixels: int
    is_right: bool


def test_numbers_of_numpy_are_numbers():
    row = EdgeRow(np.float64(0.25), np.int64(3), np.bool_(True))
    document = to_json({"rows": (row,)})
    assert document == {"rows": [{"left": 0.25, "pixels": 3, "is_right": True}]}
    assert [type(value) for value in document["rows"][0].values()] == [float, int, bool]
