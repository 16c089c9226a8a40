"""The size of a zip's directory, by its end, as the most generous reader would take it."""

import io
import struct
import zipfile

import pytest

from vedette.runtime.zip_ends import END_BYTES, directory_bytes


def zipped(count: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as writer:
        for number in range(count):
            writer.writestr(f"{number:05}", b"")
    return buffer.getvalue()


@pytest.mark.parametrize("count", [0, 1, 3000])
def test_it_is_what_was_written(count):
    assert directory_bytes(zipped(count)[-END_BYTES:]) == count * (46 + 5)


def test_without_an_end_there_is_none():
    assert directory_bytes(b"import os") == 0
    assert directory_bytes(b"") == 0


def test_a_signature_within_the_end_hides_nothing():
    """The attack: the directory's place is written as another end, which a search from behind finds first."""
    data = bytearray(zipped(3000))
    data[-6:-2] = b"PK\x05\x06"
    assert directory_bytes(bytes(data[-END_BYTES:])) == 3000 * 51


def test_the_larger_form_is_believed_as_readers_do():
    """The attack: the last record says little, and the one before it, which readers take, says much."""
    data = zipped(1)
    end = data[-22:]
    larger = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 1, 1, 1 << 30, 0)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, len(data) - 22, 1)
    assert directory_bytes((data[:-22] + larger + locator + end)[-END_BYTES:]) == 1 << 30
