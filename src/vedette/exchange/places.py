"""Files below one folder: which may be read from there, and which may be written there.

A label file comes from elsewhere, and names files as it likes: with ways up, whole paths, links. What it
names is only read below the folder that a person gave, and only where it is a picture; what is written
stays below the folder too, each file once. Nothing here reads a whole file or writes one.
"""

import re
import unicodedata
from pathlib import Path, PurePosixPath

from vedette.errors import Wrong
from vedette.vision.files import BOMB, DAMAGE, open_head

_DRIVE = re.compile(r"[A-Za-z]:")
# Names that are devices on Windows, whatever their ending.
_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?\Z")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class SourceFolder:
    """Finds the files that references name, below a folder and nowhere else; a resolver.

    `unfit` says of references that name a file which is no picture what is wrong with it.
    """

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()
        self._given = root
        self.unfit: dict[str, str] = {}

    def __call__(self, ref: str) -> Path | None:
        """Return the picture that a reference names, or None where there is none.

        An S3 address is looked for as bucket and key, then as the key, then as the key without its first
        parts, so that an exported dataset is found wherever its pictures were copied to.

        Raises:
            Wrong: where it names a file outside the folder, be it by a way up, a whole path or a link.
        """
        if "\0" in ref:
            return None
        place = next((place for place in self._places(ref) if _is_file(place)), None)
        if place is not None and not self._is_picture(ref, place):
            return None
        return place

    def _places(self, ref: str) -> list[Path]:
        if not ref.startswith("s3://"):
            return [self._inside(ref, ref.removeprefix("file://"))]
        parts = [part for part in ref.removeprefix("s3://").split("/") if part]
        return [self._inside(ref, "/".join(parts[start:])) for start in range(len(parts))]

    def _inside(self, ref: str, name: str) -> Path:
        place = (self._root / name).resolve()
        if _DRIVE.match(name) or not place.is_relative_to(self._root):
            raise Wrong(
                f"{ref} names a file outside {self._given}, and nothing was sent or copied. If it is meant, "
                "give the folder that holds all pictures with --images.",
                kind="picture",
                name=ref,
            )
        return place

    def _is_picture(self, ref: str, place: Path) -> bool:
        try:
            with open_head(place):
                return True
        except (*DAMAGE, *BOMB):
            self.unfit[ref] = f"{ref} is no picture"
            return False


class TargetFolder:
    """Places for files below a folder, one for each; two files never get the same."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._taken: dict[str, str] = {}

    def place(self, name: str, suffix: str) -> Path:
        """Return where a file goes that is called after a picture, with its own ending.

        Raises:
            Wrong: where that is outside the folder, or another picture's file goes there.
        """
        parts = PurePosixPath(name).parts
        if not parts or name != local_name(name):
            raise Wrong(f"{name!r} cannot be the name of a file below {self._root}; it is not written.")
        place = self._root.joinpath(*parts).with_suffix(suffix)
        key = _folded(str(place))
        other = self._taken.setdefault(key, name)
        if other != name:
            raise Wrong(
                f"{other} and {name} would both be written to {place}; rename one, or write them apart."
            )
        return place


class UniqueNames:
    """A name for every reference, below one place: its own, or with a number where another has that."""

    def __init__(self, *, ignore_case: bool) -> None:
        self._ignore_case = ignore_case
        self._names: dict[str, str] = {}
        self._taken: set[str] = set()

    def of(self, ref: str, wanted: str) -> str:
        """Return the reference's name, always the same."""
        if ref not in self._names:
            path, number, name = PurePosixPath(wanted), 2, wanted
            while self._key(name) in self._taken:
                name = str(path.with_name(f"{path.stem}-{number}{path.suffix}"))
                number += 1
            self._taken.add(self._key(name))
            self._names[ref] = name
        return self._names[ref]

    def _key(self, name: str) -> str:
        return _folded(name) if self._ignore_case else name


def local_name(name: str) -> str:
    """Return the name as one that a file below a folder can have on every system."""
    parts = [_CONTROL.sub("_", part) for part in name.replace("\\", "/").split("/")]
    parts = [part for part in parts if part not in ("", ".", "..") and not _DRIVE.fullmatch(part)]
    return "/".join(f"_{part}" if _DEVICES.match(part) else part for part in parts) or "_"


def _folded(name: str) -> str:
    """Return what two names share that a file system may take for one."""
    return unicodedata.normalize("NFC", name).casefold()


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name longer than the file system takes
        return False
