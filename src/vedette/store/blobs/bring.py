"""An object brought into a file for another process: linked where that is possible, else copied."""

import os
import shutil
from pathlib import Path

from vedette.errors import Missing
from vedette.store.blobs.port import Blobs


def bring_object(blobs: Blobs, bucket: str, key: str, file: Path) -> bool:
    """Bring an object into a file that is not there yet; false where there is no such object."""
    try:
        stream = blobs.open(bucket, key)
    except Missing:
        return False
    with stream:
        name = getattr(stream, "name", None)
        if isinstance(name, str):
            try:
                os.link(name, file)
            except OSError:
                pass  # another disk: it is copied
            else:
                return True
        with file.open("wb") as out:
            shutil.copyfileobj(stream, out)
    return True
