"""The console's own files, as they were built: nothing else is ever read from the disk for a path.

The folder is listed, and a path is looked up in the list; it is never joined to a folder's name. What is
no file is a page, and every page is index.html, which asks for the rest itself. Scripts and styles lie in one
archive (decision 0267), which is read into memory when the first of them is asked for.
"""

import gzip
import mimetypes
import tarfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from vedette.api.console.answers import COMMON, CONTENT_POLICY
from vedette.wire.http import FileBody, Request, Response

FOLDER = Path(__file__).parent / "static"
INDEX = "index.html"
READING = ("GET", "HEAD")
# Files whose names hold a hash of their content never change.
HASHED = "assets/"
YEAR = "public, max-age=31536000, immutable"
# What tools/build_console.py packs: 3.4 MB of text are 0.6 MB so, and as many in memory as they are.
ARCHIVE = "texts.tar.xz"
# Of 2 MB of text so many are what a browser ever asks for; each is compressed once.
MOST_ZIPPED = 512
TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
    ".wasm": "application/wasm",
    ".ico": "image/x-icon",
}
NOT_BUILT = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Vedette</title></head>
<body><h1>The console was not built</h1>
<p>This server runs from a source tree whose console was not built yet. Build it once, then load this page
again:</p>
<pre>make console</pre>
<p>An installed wheel (<code>pip install "vedette[server]"</code>) has it inside.</p>
</body></html>
"""


@dataclass(frozen=True, slots=True)
class _StaticFile:
    path: Path
    size: int


def answer_file(request: Request, path: str, folder: Path = FOLDER) -> Response:
    """Return the file that a path below /console/ names, or the page."""
    if request.method not in READING:
        return Response(405, [*_common(), ("allow", "GET, HEAD")], b"This page can only be read.\n")
    built = _built(folder, _changed(folder))
    if INDEX not in built.files:
        return Response(404, [*_common(), ("content-type", TYPES[".html"])], NOT_BUILT.encode())
    name = path or INDEX
    if name not in built.files and name not in built.texts:
        if _names_file(name):
            return Response(404, [*_common(), ("content-type", TYPES[".txt"])], b"There is no such file.\n")
        name = INDEX
    return _send(request, built, name)


def _names_file(path: str) -> bool:
    """Say whether a path would be a file's; projects and people may have a dot in their names."""
    *folders, name = path.split("/")
    if not folders or HASHED.rstrip("/") in folders[:1] or not {"", ".", ".."}.isdisjoint(folders):
        return "." in name
    return False


def _send(request: Request, built: "_BuiltConsole", name: str) -> Response:
    headers = [*_common(), ("content-type", _type_of(name)), ("vary", "accept-encoding")]
    headers.append(("cache-control", YEAR if name.startswith(HASHED) else "no-cache"))
    file, text = built.files.get(name), built.texts.get(name, b"")
    tag = f'"{built.changed:x}-{len(text) if file is None else file.size:x}"'
    headers.append(("etag", tag))
    if request.headers.get("if-none-match") == tag:
        return Response(304, headers)
    if file is not None:
        return Response(200, headers, FileBody(str(file.path), 0, file.size))
    if "gzip" in request.headers.get("accept-encoding").lower():
        return Response(200, [*headers, ("content-encoding", "gzip")], _zipped(text))
    return Response(200, headers, text)


def _common() -> list[tuple[str, str]]:
    return [*COMMON, ("content-security-policy", CONTENT_POLICY)]


def _type_of(name: str) -> str:
    ending = Path(name).suffix
    return TYPES.get(ending) or mimetypes.guess_type(name)[0] or "application/octet-stream"


def _changed(folder: Path) -> int:
    try:
        return (folder / INDEX).stat().st_mtime_ns
    except OSError:
        return 0


@dataclass(frozen=True, slots=True)
class _BuiltConsole:
    """Files on the disk, and texts in memory, by their paths."""

    changed: int
    files: dict[str, _StaticFile]
    texts: dict[str, bytes]


@lru_cache(maxsize=4)
def _built(folder: Path, changed: int) -> _BuiltConsole:
    """Return all files below the folder; listed anew where the page was built anew."""
    if not changed:
        return _BuiltConsole(0, {}, {})
    paths = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    files = {path.relative_to(folder).as_posix(): _StaticFile(path, path.stat().st_size) for path in paths}
    archive = files.pop(ARCHIVE, None)
    return _BuiltConsole(changed, files, {} if archive is None else _unpacked(archive.path))


def _unpacked(archive: Path) -> dict[str, bytes]:
    with tarfile.open(archive, "r:xz") as members:
        opened = ((member.name, members.extractfile(member)) for member in members)
        return {name: file.read() for name, file in opened if file is not None}


@lru_cache(maxsize=MOST_ZIPPED)
def _zipped(text: bytes) -> bytes:
    """Return a text as gzip has it; the same bytes at every start."""
    return gzip.compress(text, mtime=0)
