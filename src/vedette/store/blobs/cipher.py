"""Files under a customer's key: AES-256 in counter mode (NIST SP 800-38A), a key of its own for each file.

Every byte keeps its place and a file its length, so that ranges, parts and joined uploads are read as those
of any other file (decisions/0237). Customers' keys are passed through and kept nowhere.
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext, algorithms, modes

BLOCK = 16  # bytes: what the counter counts, AES's own size of a block

NAME = b"vedette sse-c 1"
"""Sets these keys apart from whatever else a customer derives from the same key."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """So many bytes of a file that were encrypted by one key."""

    size: int
    key: bytes


def derive_key(customer_key: bytes, salt: str, nonce: str = "") -> bytes:
    """Return the key of one file: no two files share a key, so that a counter may begin at nothing."""
    return hmac.digest(customer_key, b"\0".join([NAME, salt.encode(), nonce.encode()]), "sha256")


def open_stream(key: bytes, offset: int = 0) -> CipherContext:
    """Return what turns a file's bytes from this place on into the client's, and the other way round."""
    counter = (offset // BLOCK).to_bytes(BLOCK, "big")
    stream = Cipher(algorithms.AES(key), modes.CTR(counter)).encryptor()
    stream.update(bytes(offset % BLOCK))
    return stream


class Decoder:
    """Reads a file that was joined from stretches, from some place on."""

    def __init__(self, stretches: Sequence[Stretch], start: int = 0) -> None:
        self._remaining = list(stretches)
        self._offset = start
        while self._remaining and self._offset >= self._remaining[0].size:
            self._offset -= self._remaining.pop(0).size
        self._stream: CipherContext | None = None

    def decode(self, data: bytes) -> bytes:
        """Return the next bytes as the client sent them."""
        pieces = []
        while data:
            stretch = self._remaining[0]
            if self._stream is None:
                self._stream = open_stream(stretch.key, self._offset)
            count = min(len(data), stretch.size - self._offset)
            pieces.append(self._stream.update(data[:count]))
            data, self._offset = data[count:], self._offset + count
            if self._offset == stretch.size:
                self._remaining.pop(0)
                self._stream, self._offset = None, 0
        return b"".join(pieces)
