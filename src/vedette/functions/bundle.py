"""A function's code as a zip: looked through before a byte of it is written, then unpacked as a whole or not.

Nothing here imports or runs what is in it.
"""

import io
import shutil
import stat
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from vedette.errors import TooMuch, Wrong
from vedette.runtime.zip_ends import END_BYTES, directory_bytes

# AWS Lambda's limits: of a zip that comes in a request, and of what is in one.
MOST_ZIPPED = 50 << 20
MOST_UNZIPPED = 250 << 20
MOST_FILES = 10_000
# What names so many files, each by 400 bytes.
MOST_DIRECTORY = 4 << 20
# No file of code shrinks more than this; a bomb of zeros does by a thousand.
MOST_RATIO = 200
# Of small files a high ratio says nothing.
SMALL = 1 << 20


def check_bundle(data: bytes) -> int:
    """Refuse a zip that cannot be a function's code; return how many bytes it holds."""
    if len(data) > MOST_ZIPPED:
        raise TooMuch(f"The zip has {len(data):,} bytes; a function's has at most {MOST_ZIPPED:,}.")
    with _opened(data) as bundle:
        members = bundle.infolist()
        if not all(member.filename for member in members):
            raise Wrong("The zip has a file without a name.", kind="zip")
        if not any(not member.is_dir() for member in members):
            raise Wrong("The zip is empty.", kind="zip")
        if len(members) > MOST_FILES:
            raise TooMuch(f"The zip has {len(members):,} files; a function has at most {MOST_FILES:,}.")
        for member in members:
            _check_member(member)
        _check_names([_path_of(member) for member in members if not member.is_dir()])
        _refuse_wrapped(members)
        return _measure(bundle, members)


def unpack_bundle(data: bytes, folder: Path) -> None:
    """Write a zip's files into a folder that is not there yet; nothing of it stays where that fails."""
    check_bundle(data)
    folder.mkdir(mode=0o755)
    try:
        with _opened(data) as bundle:
            for member in bundle.infolist():
                target = folder / _path_of(member)
                if member.is_dir():
                    target.mkdir(mode=0o755, parents=True, exist_ok=True)
                    continue
                target.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
                with bundle.open(member) as source, target.open("xb") as file:
                    shutil.copyfileobj(source, file)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755)


def bundle_of(place: Path) -> bytes:
    """Return a zip of a file, or of what is in a folder; the same files make the same bytes."""
    if not place.exists():
        raise Wrong(f"{place} does not exist.")
    files = [place] if place.is_file() else sorted(path for path in place.rglob("*") if _is_code(path, place))
    root = place.parent if place.is_file() else place
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as bundle:
        for path in files:
            entry = zipfile.ZipInfo(path.relative_to(root).as_posix())
            entry.external_attr, entry.compress_type = 0o644 << 16, zipfile.ZIP_DEFLATED
            bundle.writestr(entry, path.read_bytes())
    return buffer.getvalue()


def _is_code(path: Path, root: Path) -> bool:
    parts = path.relative_to(root).parts
    return path.is_file() and not any(part.startswith(".") or part == "__pycache__" for part in parts)


def _opened(data: bytes) -> zipfile.ZipFile:
    if directory_bytes(data[-END_BYTES:]) > MOST_DIRECTORY:
        raise TooMuch(f"The zip names more files than the {MOST_FILES:,} that a function has at most.")
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    # The last where a zip says that it needs a newer version of the format.
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise Wrong(f"Could not unzip uploaded file: {error}.", kind="zip") from None


def _path_of(member: zipfile.ZipInfo) -> PurePosixPath:
    return PurePosixPath(member.filename)


def _check_member(member: zipfile.ZipInfo) -> None:
    name, path = member.filename, _path_of(member)
    if path.is_absolute() or ".." in path.parts or "\\" in name or "\0" in name or ":" in name.split("/")[0]:
        raise Wrong(
            f"The zip has a file {name!r}, which would lie outside of the function's folder.", kind="zip"
        )
    kind = stat.S_IFMT(member.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise Wrong(f"The zip's {name!r} is a link or a device: a function has files alone.", kind="zip")
    if member.flag_bits & 1:
        raise Wrong(f"The zip's {name!r} is encrypted.", kind="zip")
    if len(name) > 1024 or any(len(part) > 255 for part in path.parts) or len(path.parts) > 64:
        raise Wrong(f"The zip has a file whose name is too long: {name[:100]!r}…", kind="zip")
    if member.file_size > SMALL and member.file_size > MOST_RATIO * max(1, member.compress_size):
        raise Wrong(
            f"The zip's {name!r} would become {member.file_size:,} bytes from {member.compress_size:,}: "
            "that is no code.",
            kind="zip",
        )


def _check_names(paths: list[PurePosixPath]) -> None:
    """Refuse files of one name, and files that are another's folder."""
    files = set(paths)
    if len(files) < len(paths):
        twice = Counter(paths).most_common(1)[0][0]
        raise Wrong(f"The zip has two files {twice.as_posix()!r}.", kind="zip")
    for path in paths:
        if any(parent in files for parent in path.parents):
            raise Wrong(f"The zip's {path.as_posix()!r} lies in a file.", kind="zip")


def _refuse_wrapped(members: list[zipfile.ZipInfo]) -> None:
    """Refuse zips around the zip: nobody's code is found in them."""
    names = [member.filename for member in members if not member.is_dir()]
    if all(name.lower().endswith(".zip") for name in names):
        raise Wrong(f"The zip has nothing in it but zips ({names[0]}): upload the inner one.", kind="zip")


def _measure(bundle: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> int:
    """Return how many bytes are in a zip, by reading them: what its directory says may be a lie."""
    total = 0
    for member in members:
        for size in _sizes(bundle, member):
            total += size
            if total > MOST_UNZIPPED:
                raise TooMuch(f"The zip holds more than {MOST_UNZIPPED:,} bytes, a function's most.")
    return total


def _sizes(bundle: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[int]:
    try:
        with bundle.open(member) as source:
            while part := source.read(1 << 20):
                yield len(part)
    except Exception as error:  # noqa: BLE001  (zip, zlib, bz2 and lzma have no common one)
        sentence = f"Could not unzip uploaded file: {member.filename!r} is damaged ({error})."
        raise Wrong(sentence, kind="zip") from None
