"""How a stored picture lies by its EXIF, read from its first bytes. Decodes no pixel and keeps nothing."""

from vedette.dialects.registry import MOST_PICTURE_BYTES
from vedette.store.blobs.port import Blobs, StoredObject
from vedette.vision.files import BOMB, DAMAGE, open_head
from vedette.vision.heads import HEAD_BYTES
from vedette.vision.turn import orientation_of

UNKNOWN = 0


def read_orientation(blobs: Blobs, location: StoredObject) -> int:
    """Return EXIF's orientation, 1 for upright; 0 of what is no picture.

    Raises:
        Missing: where the object has gone.
    """
    with blobs.open(location.bucket, location.key, location.version) as stream:
        start = stream.read(HEAD_BYTES)
        orientation = _orientation_in(start)
        # A camera may write a profile or a depth map before the pixels that is longer than that.
        is_longer = orientation == UNKNOWN and HEAD_BYTES < location.size <= MOST_PICTURE_BYTES
        return _orientation_in(start + stream.read()) if is_longer else orientation


def _orientation_in(data: bytes) -> int:
    try:
        # Pillow turns the other kinds by itself, or they have no orientation.
        with open_head(data, formats=("JPEG", "PNG", "WEBP")) as image:
            return orientation_of(image)
    except (*DAMAGE, *BOMB):
        return UNKNOWN
