"""The key of the object that a copy outside of its bucket was taken of."""

from base64 import b64decode

from vedette.api.house import House
from vedette.errors import Missing, Wrong
from vedette.store.blobs.sealed import SEALED
from vedette.store.blobs.sealed_copies import SealedOrigin


def key_of_origin(house: House, origin: SealedOrigin) -> str:
    """Return the key that opens a package; nothing for one that is of no region or gone by now."""
    try:
        key = house.encryption.key_of(b64decode(origin.encryption[SEALED]))
    except (Missing, Wrong):
        return ""
    return str(key.arn) if key.region else ""
