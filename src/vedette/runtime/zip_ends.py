"""How large the directory of a zip is, by its end alone: to list a million members would fill the memory.

Readers do not agree on which of several ends is the one, and believe a larger form (zip64) where there is
one. So the largest of all that may be meant counts.
"""

# The records' signatures, where the directory's size stands in them, and in how many bytes.
ENDS = ((b"PK\x05\x06", 12, 4), (b"PK\x06\x06", 40, 8))
# The last record has 22 bytes and a comment; the larger form and its locator stand before it.
END_BYTES = 56 + 20 + 22 + 65_535


def directory_bytes(tail: bytes) -> int:
    """Return how many bytes the directory takes, by the last `END_BYTES` of a zip; 0 where it has no end."""
    sizes = [0]
    for signature, offset, width in ENDS:
        at = tail.find(signature)
        while at >= 0:
            sizes.append(int.from_bytes(tail[at + offset : at + offset + width], "little"))
            at = tail.find(signature, at + 1)
    return max(sizes)
