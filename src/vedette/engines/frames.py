"""How a picture crosses to another process, and an answer back: two lengths, a head in JSON, bytes.

The bytes go as they are, so that nothing is encoded or looked through on the way.
"""

import json
import struct
from collections.abc import Mapping
from typing import Any, BinaryIO

# The head's length and the body's, 32 bits each: a picture is at most some megabytes.
LENGTHS = struct.Struct("!II")

Head = Mapping[str, Any]


def frame_start(head: Head, body: bytes = b"") -> bytes:
    """Return what goes before the body."""
    written = json.dumps(head).encode()
    return LENGTHS.pack(len(written), len(body)) + written


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
