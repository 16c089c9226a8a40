"""The pictures of a training, decoded at the sizes that recipes ask for, the last ones remembered.

A picture is decoded as serving will decode it, by vision/images.py, so that a network meets in use what
it met in training. Memory is bounded, whatever the number and size of the pictures.
"""

import threading
from collections import OrderedDict
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from vedette.learn.cores import side_by_side
from vedette.vision.files import content_hash
from vedette.vision.hashes import hash_look
from vedette.vision.images import Policy, decode, fit, open_picture
from vedette.vision.tiles import Window

__all__ = ["PictureCache", "Pixels", "side_by_side"]

Pixels = npt.NDArray[np.uint8]

MEBIBYTE = 1024**2


class PictureCache:
    """Pictures by path and size; `limit` bytes of them stay in memory."""

    def __init__(self, *, limit: int = 384 * MEBIBYTE) -> None:
        self.limit = limit
        self._held: OrderedDict[tuple[object, ...], Pixels] = OrderedDict()
        self._size = 0
        self._digests: dict[Path, str] = {}
        self._looks: dict[Path, bytes] = {}
        self._lock = threading.Lock()

    def digest(self, path: Path) -> str:
        """Return the hash of the file's bytes; copies of a picture have the same."""
        if path not in self._digests:
            self._digests[path] = content_hash(path)
        return self._digests[path]

    def look(self, path: Path) -> bytes:
        """Return the hash of how the picture looks, where it has been kept; else nothing."""
        return self._looks.get(path, b"")

    def keep(self, path: Path, size: tuple[int, int], pixels: Pixels) -> None:
        """Keep a picture that was read at (height, width), and how it looks; all are compared at one size."""
        self._remember((path, size, "stretch"), pixels)
        self._looks[path] = bytes.fromhex(hash_look(Image.fromarray(pixels)))

    def at(self, path: Path, size: tuple[int, int], *, policy: Policy = "stretch") -> Pixels:
        """Return the picture at (height, width)."""
        key = (path, size, policy)
        pixels = self._recall(key)
        if pixels is None:
            pixels = open_picture(path, size=size, policy=policy)
            self._remember(key, pixels)
        return pixels

    def parts(self, path: Path, windows: list[Window], size: tuple[int, int]) -> Pixels:
        """Return parts of the picture, each at (height, width): [part, height, width, 3]."""
        image, _ = decode(path)
        return np.stack([fit(image, size, part=window)[0] for window in windows])

    def _recall(self, key: tuple[object, ...]) -> Pixels | None:
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
            return self._held.get(key)

    def _remember(self, key: tuple[object, ...], pixels: Pixels) -> None:
        with self._lock:
            if key not in self._held:
                self._size += pixels.nbytes
            self._held[key] = pixels
            while self._size > self.limit and self._held:
                self._size -= self._held.popitem(last=False)[1].nbytes
