"""The frames between server and unit: two lengths, a head in JSON, bytes.

The bytes are not encoded, so that a picture is only copied on the way.
"""

import struct
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

import orjson

# The head's length and the body's, 32 bits each: a picture is at most some megabytes.
LENGTHS = struct.Struct("!II")

Head = Mapping[str, Any]
Frame = tuple[dict[str, Any], bytes]


def frame_start(head: Head, body: bytes = b"") -> bytes:
    """Return the part of a frame before its body."""
    encoded = orjson.dumps(head)
    return LENGTHS.pack(len(encoded), len(body)) + encoded


def read_frame(stream: BinaryIO) -> Frame | None:
    """Return the next head and body, or None when the other side has gone; blocks."""
    lengths = stream.read(LENGTHS.size)
    if len(lengths) < LENGTHS.size:
        return None
    of_head, of_body = LENGTHS.unpack(lengths)
    head, body = stream.read(of_head), stream.read(of_body)
    if len(head) < of_head or len(body) < of_body:
        return None
    return orjson.loads(head), body


class FrameCutter:
    """Cuts what comes from a socket, in whatever pieces, into frames; for who cannot wait for the rest."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def cut(self, data: bytes) -> Iterator[Frame]:
        """Yield the frames that are whole now."""
        rest = self._rest
        rest += data
        while len(rest) >= LENGTHS.size:
            of_head, of_body = LENGTHS.unpack_from(rest)
            middle = LENGTHS.size + of_head
            end = middle + of_body
            if len(rest) < end:
                return
            frame = orjson.loads(rest[LENGTHS.size : middle]), bytes(rest[middle:end])
            del rest[:end]
            yield frame
