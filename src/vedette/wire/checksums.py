"""The checksums that S3 clients send along: running sums, and how the wire writes them."""

import base64
import binascii
import functools
import hashlib
import zlib
from collections.abc import Callable, Sequence
from typing import Protocol

from awscrt import checksums as crt

# The names as the API spells them, with the bytes each sum has.
SIZES = {"CRC32": 4, "CRC32C": 4, "CRC64NVME": 8, "SHA1": 20, "SHA256": 32}


class RunningChecksum(Protocol):
    """A running checksum."""

    def update(self, data: bytes, /) -> None:
        """Take in more bytes."""

    def digest(self) -> bytes:
        """Return the sum of all bytes so far."""


class Crc:
    """A cyclic redundancy check, carried on from piece to piece."""

    __slots__ = ("_function", "_size", "_value")

    def __init__(self, function: Callable[[bytes, int], int], size: int) -> None:
        self._function = function
        self._size = size
        self._value = 0

    def update(self, data: bytes, /) -> None:
        """Take in more bytes."""
        self._value = self._function(data, self._value)

    def digest(self) -> bytes:
        """Return the sum, most significant byte first."""
        return self._value.to_bytes(self._size, "big")


def new_sum(algorithm: str) -> RunningChecksum:
    """Return a fresh sum of that (upper-case) name."""
    match algorithm:
        case "CRC32":
            return Crc(zlib.crc32, 4)
        case "CRC32C":
            return Crc(crt.crc32c, 4)
        case "CRC64NVME":
            return Crc(crt.crc64nvme, 8)
        case "SHA1":
            return hashlib.sha1(usedforsecurity=False)
        case "SHA256":
            return hashlib.sha256()
        case _:
            raise ValueError(f"no such checksum: {algorithm}")


# The polynomials of the checks, bits reversed as the running sums keep them.
POLYNOMIALS = {"CRC32": 0xEDB88320, "CRC32C": 0x82F63B78, "CRC64NVME": 0x9A6C9329AC4BC9B5}


def join_sums(algorithm: str, sums: Sequence[tuple[bytes, int]]) -> bytes:
    """Return the check of bytes from those of their pieces, each with its length, without the bytes.

    A check is a remainder: bytes behind it multiply it by a power of x (as in zlib's crc32_combine).
    """
    width = SIZES[algorithm] * 8
    total = 0
    for digest, length in sums:
        total = _multiply(algorithm, _power(algorithm, length), total) ^ int.from_bytes(digest, "big")
    return total.to_bytes(width // 8, "big")


@functools.lru_cache(maxsize=64)
def _power(algorithm: str, length: int) -> int:
    """Return x to the number of bits in so many bytes, modulo the polynomial; most parts have one length."""
    width = SIZES[algorithm] * 8
    result, square = 1 << (width - 1), 1 << (width - 9)
    while length:
        if length & 1:
            result = _multiply(algorithm, square, result)
        square = _multiply(algorithm, square, square)
        length >>= 1
    return result


def _multiply(algorithm: str, left: int, right: int) -> int:
    polynomial, bit = POLYNOMIALS[algorithm], 1 << (SIZES[algorithm] * 8 - 1)
    product = 0
    while bit:
        if left & bit:
            product ^= right
        right = right >> 1 ^ (polynomial if right & 1 else 0)
        bit >>= 1
    return product


def header_of(algorithm: str) -> str:
    """Return the header, or trailer, that carries this checksum."""
    return f"x-amz-checksum-{algorithm.lower()}"


def write_sum(raw: bytes) -> str:
    """Return the sum as headers carry it."""
    return base64.b64encode(raw).decode("ascii")


def read_sum(text: str, size: int) -> bytes | None:
    """Return the sum in a header's value, or None when it is no sum of that size."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    # Base64 has spare bits at its end; only the canonical spelling is accepted.
    return raw if len(raw) == size and write_sum(raw) == text else None
