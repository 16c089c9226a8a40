"""Arrays on disk by a key, the least used thrown away above a limit.

The key names content, backbone, size and augmentation, so that a picture that did not change is never
looked at twice, wherever it lies. A file that is lost or broken costs time only.
"""

import hashlib
import os
import secrets
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from vedette.file_access import create_file, is_sealed_place, open_file

Array = npt.NDArray[Any]

GIBIBYTE = 1024**3


class FeatureCache:
    """A folder of arrays by key. Lost or broken files cost time only; they are never unpickled."""

    def __init__(self, folder: Path | None, *, limit: int = 2 * GIBIBYTE) -> None:
        self.folder = folder
        self.limit = limit

    def key(self, *parts: object) -> str:
        """Return the name for what these parts say."""
        return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()[:40]

    def get(self, key: str, *, mapped: bool = False) -> Array | None:
        """Return the array kept under the key, mapped into memory where that is asked."""
        path = self._path(key)
        if path is None or not path.exists():
            return None
        try:
            if is_sealed_place(path):  # which nothing can map
                with open_file(path) as file:
                    array = np.load(file, allow_pickle=False)
            else:
                array = np.load(path, allow_pickle=False, mmap_mode="r" if mapped else None)
            os.utime(path)
        except (OSError, ValueError, EOFError):
            path.unlink(missing_ok=True)
            return None
        return array  # type: ignore[no-any-return]  # np.load is not typed

    def put(self, key: str, array: Array) -> None:
        """Keep the array; a full disk is no reason to stop."""
        path = self._path(key)
        if path is None:
            return
        beside: Path | None = None
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            beside = path.with_name(f"{secrets.token_hex(8)}.part")
            with create_file(beside) as part:
                np.save(part, array, allow_pickle=False)
            beside.replace(path)
        except OSError:
            if beside is not None:
                beside.unlink(missing_ok=True)

    def trim(self) -> None:
        """Throw away the least recently used arrays until the folder is within its limit."""
        if self.folder is None or not self.folder.exists():
            return
        files = [(path, path.stat()) for path in self.folder.glob("*/*") if path.is_file()]
        size = sum(stat.st_size for _, stat in files)
        for path, stat in sorted(files, key=lambda file: file[1].st_mtime):
            if size <= self.limit:
                return
            path.unlink(missing_ok=True)
            size -= stat.st_size

    def _path(self, key: str) -> Path | None:
        return None if self.folder is None else self.folder / key[:2] / f"{key}.npy"
