"""The frames between server and unit: two lengths, a head in JSON, bytes.

The bytes are not encoded, so that a picture is only copied on the way.
"""

import json
import struct
from collections.abc import Mapping
from typing import Any, BinaryIO

# The head's length and the body's, 32 bits each: a picture is at most some megabytes.
LENGTHS = struct.Struct("!II")

Head = Mapping[str, Any]


def frame_start(head: Head, body: bytes = b"") -> bytes:
    """Return the part of a frame before its body."""
    encoded = json.dumps(head).encode()
    return LENGTHS.pack(len(encoded), len(body)) + encoded


def read_frame(stream: BinaryIO) -> tuple[dict[str, Any], bytes] | None:
    """Return the next head and body, or None when the other side has gone; blocks."""
    lengths = stream.read(LENGTHS.size)
    if len(lengths) < LENGTHS.size:
        return None
    of_head, of_body = LENGTHS.unpack(lengths)
    head, body = stream.read(of_head), stream.read(of_body)
    if len(head) < of_head or len(body) < of_body:
        return None
    return json.loads(head), body
