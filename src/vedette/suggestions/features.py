"""Features of pictures in files of a project, by their content. Numbers alone; a lost file costs time only.

Those of pictures that lie sealed in their bucket have a file of their own, which is sealed as well.

Shared by the server, which asks what is known already, and by the process that looks at pictures.
"""

import io
import tempfile
import zipfile
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from pathlib import Path

import numpy as np
import numpy.typing as npt

from vedette.file_access import open_file, write_file

Array = npt.NDArray[np.float32]


def picture_key(exact: bytes) -> str:
    """Return what a picture's features are kept under."""
    return exact.hex()


def box_key(exact: bytes, box: tuple[float, float, float, float]) -> str:
    """Return what the features of a part of a picture are kept under."""
    return blake2b(exact + np.asarray(box, "<f8").round(5).tobytes(), digest_size=16).hexdigest()


def known_keys(stores: Iterable[Path]) -> set[str]:
    """Return of what there are features."""
    return {key for store in stores for key in _read(store)[0]}


def read_features(*stores: Path) -> dict[str, Array]:
    """Return the features by key; none of a file that is lost or broken."""
    features: dict[str, Array] = {}
    for store in stores:
        keys, rows = _read(store)
        features.update(zip(keys, rows.astype(np.float32), strict=True))
    return features


def write_features(store: Path, features: Mapping[str, Array]) -> None:
    """Keep these features and no others."""
    store.parent.mkdir(parents=True, exist_ok=True)
    keys = np.frombuffer(b"".join(bytes.fromhex(key) for key in features), np.uint8).reshape(-1, 16)
    # Half precision: features differ by far more than its rounding, and a picture takes 2.5 kB.
    rows = np.stack([*features.values()]).astype(np.float16) if features else np.zeros((0, 0), np.float16)
    with tempfile.NamedTemporaryFile(dir=store.parent, suffix=".part", delete=False) as part:
        beside = Path(part.name)
        try:
            part.close()
            archive = io.BytesIO()
            np.savez(archive, keys=keys, rows=rows)
            write_file(beside, archive.getvalue())
            beside.replace(store)
        except OSError:
            beside.unlink(missing_ok=True)
            raise


def _read(store: Path) -> tuple[list[str], npt.NDArray[np.float16]]:
    try:
        with open_file(store) as stream, np.load(stream, allow_pickle=False) as archive:
            keys, rows = archive["keys"], archive["rows"]
    except (OSError, ValueError, EOFError, KeyError, RuntimeError, zipfile.BadZipFile):
        return [], np.zeros((0, 0), np.float16)
    return [key.tobytes().hex() for key in keys], rows
