"""A file of an export on its way out, and how pictures are come by."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

# Returns a picture or a mask as a stream; a Refusal says why not.
OpenPicture = Callable[[str], BinaryIO]


@dataclass(frozen=True, slots=True)
class PackedFile:
    """A file of an export, to be read once and closed."""

    name: str
    stream: BinaryIO
    # The same bytes once more, for who compares.
    open_again: Callable[[], BinaryIO]
    is_picture: bool = False
