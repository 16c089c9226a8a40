"""Which picture a label file means by a name: the tools write paths, web addresses and names of their own.

Pure look-ups in a list of names; no name is ever opened as a file.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

# Label Studio puts eight digits of a hash before the name of an uploaded file.
_HASHED = re.compile(r"[0-9a-f]{8}-(?=.)")


@dataclass(frozen=True, slots=True)
class PlacedPicture:
    """A picture by its path below the source, and where it lies; or why it is not to be had."""

    path: str
    ref: str
    width: int = 0
    height: int = 0
    problem: str = ""


class PictureIndex:
    """The pictures of a source."""

    def __init__(self, pictures: Iterable[PlacedPicture]) -> None:
        self._by_path: dict[str, PlacedPicture] = {}
        # A name that two folders have is nobody's.
        self._by_name: dict[str, PlacedPicture | None] = {}
        self._by_stem: dict[str, PlacedPicture] = {}
        self._used: set[str] = set()
        for picture in pictures:
            self._by_path[picture.path] = picture
            name = picture.path.rpartition("/")[2].casefold()
            self._by_name[name] = None if name in self._by_name else picture
            self._by_stem.setdefault(name.rpartition(".")[0], picture)

    def __len__(self) -> int:
        return len(self._by_path)

    def paths(self) -> Iterator[str]:
        """Yield the paths in order."""
        yield from sorted(self._by_path)

    def get(self, path: str) -> PlacedPicture | None:
        """Return the picture of exactly this path."""
        return self._by_path.get(path)

    def frame(self, stem: str) -> PlacedPicture | None:
        """Return the first picture so called, whatever its folder and its ending."""
        return self._by_stem.get(stem.casefold())

    def find(self, name: str) -> PlacedPicture | None:
        """Return the picture that a name means: of that path, of the end of it, or the only one so called."""
        picture = self._find(name)
        if picture is not None:
            self._used.add(picture.path)
        return picture

    def unused(self) -> Iterator[PlacedPicture]:
        """Yield the pictures that no name has meant so far, in order."""
        for path in self.paths():
            if path not in self._used:
                yield self._by_path[path]

    def _find(self, name: str) -> PlacedPicture | None:
        parts = _parts(name)
        for start in range(len(parts)):
            picture = self._by_path.get("/".join(parts[start:]))
            if picture is not None:
                return picture
        last = parts[-1] if parts else ""
        for candidate in (last, _HASHED.sub("", last, count=1)):
            if (picture := self._by_name.get(candidate.casefold())) is not None:
                return picture
        return None


def _parts(name: str) -> list[str]:
    path = unquote(urlsplit(name).path) if name.startswith(("http://", "https://")) else name
    return [part for part in path.replace("\\", "/").split("/") if part not in ("", ".", "..")]
