"""Files below one folder: which may be read, and which may be written.

A label file is untrusted, and may name any file: by `..`, absolute paths or links. A file is only read below
the folder that a person named, and only if it is a picture; files are written below their folder only, each
once. Nothing here reads or writes a whole file.
"""

import re
import unicodedata
from hashlib import sha256
from pathlib import Path, PurePosixPath

from vedette.errors import Wrong
from vedette.vision.files import BOMB, DAMAGE, open_head

_DRIVE = re.compile(r"[A-Za-z]:")
# Names that are devices on Windows, whatever their ending.
_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?\Z")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
# File systems take 255 bytes of a name; a number or another ending may still be added.
LONGEST_PART, LONGEST_NAME = 200, 255


class SourceFolder:
    """Finds the files that references name, below a folder and nowhere else; a resolver.

    `unfit` has a sentence for every reference to a file that is no picture.
    """

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()
        self._named_root = root
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
                f"{ref} names a file outside {self._named_root}, and nothing was sent or copied. "
                "If it is meant, give the folder that holds all pictures with --images.",
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
    """Paths for files below a folder; two files never get the same."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._owners: dict[str, str] = {}

    def place(self, name: str, suffix: str) -> Path:
        """Return the path of a file that is named after a picture, with its own suffix.

        Raises:
            Wrong: where that is outside the folder, or another picture's file goes there.
        """
        parts = PurePosixPath(name).parts
        if not parts or name != local_name(name):
            raise Wrong(f"{name!r} cannot be the name of a file below {self._root}; it is not written.")
        place = self._root.joinpath(*parts).with_suffix(suffix)
        key = _folded(str(place))
        other = self._owners.setdefault(key, name)
        if other != name:
            raise Wrong(
                f"{other} and {name} would both be written to {place}; rename one, or write them apart."
            )
        return place


class UnpackedPictures:
    """Takes pictures into a folder that is nobody's yet."""

    def __init__(self, root: Path) -> None:
        self._root = root
        root.mkdir(parents=True, exist_ok=True)

    def __call__(self, name: str, body: bytes) -> None:
        """Write a picture; names are unique and stay below the folder."""
        if name != local_name(name):
            raise Wrong(f"{name!r} cannot be the name of a file below {self._root}; it is not written.")
        place = self._root / name
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("xb") as out:
            out.write(body)


class UniqueNames:
    """A unique name for every reference: its own, or with a number where another has that."""

    def __init__(self, *, ignore_case: bool) -> None:
        self._ignore_case = ignore_case
        self._names: dict[str, str] = {}
        self._used: set[str] = set()

    def of(self, ref: str, preferred: str) -> str:
        """Return the reference's name, always the same."""
        if ref not in self._names:
            path, number, name = PurePosixPath(preferred), 2, preferred
            while self._key(name) in self._used:
                name = str(path.with_name(f"{path.stem}-{number}{path.suffix}"))
                number += 1
            self._used.add(self._key(name))
            self._names[ref] = name
        return self._names[ref]

    def _key(self, name: str) -> str:
        return _folded(name) if self._ignore_case else name


def local_name(name: str) -> str:
    """Return the name in a form that is valid below a folder on every system."""
    parts = [_CONTROL.sub("_", part) for part in name.replace("\\", "/").split("/")]
    parts = [part for part in parts if part not in ("", ".", "..") and not _DRIVE.fullmatch(part)]
    return "/".join(f"_{part}" if _DEVICES.match(part) else part for part in parts) or "_"


def short_name_parts(name: str) -> str:
    """Return the name with parts that a file system takes: longer ones end in a digest of all of them."""
    return "/".join(part if len(part.encode()) <= LONGEST_PART else _cut(part) for part in name.split("/"))


def _cut(part: str) -> str:
    ending = f"-{sha256(part.encode()).hexdigest()[:12]}{PurePosixPath(part).suffix[:8]}"
    return part.encode()[: LONGEST_PART - len(ending.encode())].decode("utf-8", "ignore") + ending


def _folded(name: str) -> str:
    """Return a form that is equal for names which a file system may not distinguish."""
    return unicodedata.normalize("NFC", name).casefold()


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name longer than the file system takes
        return False
