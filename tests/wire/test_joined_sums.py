"""Checks of pieces make the check of the whole, whatever the pieces."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.wire.checksums import join_sums, new_sum


def check(algorithm, data):
    running = new_sum(algorithm)
    running.update(data)
    return running.digest()


@pytest.mark.parametrize("algorithm", ["CRC32", "CRC32C", "CRC64NVME"])
@given(pieces=st.lists(st.binary(max_size=300), max_size=6), repeat=st.integers(1, 1000))
def test_the_check_of_a_whole_follows_from_its_pieces(algorithm, pieces, repeat):
    pieces = [piece * repeat for piece in pieces]
    sums = [(check(algorithm, piece), len(piece)) for piece in pieces]
    assert join_sums(algorithm, sums) == check(algorithm, b"".join(pieces))
