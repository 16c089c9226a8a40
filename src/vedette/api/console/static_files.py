"""The console's own files, as they were built: nothing else is ever read from the disk for a path.

The folder is listed, and a path is looked up in the list; it is never joined to a folder's name. A path
without a file's ending is a page, and every page is index.html, which asks for the rest itself. What was
built in compressed forms alone is unpacked for who takes neither.
"""

import gzip
import mimetypes
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
# In the order in which they are preferred.
CODINGS = (("br", ".br"), ("gzip", ".gz"))
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
    files = _files(folder, _changed(folder))
    if INDEX not in files:
        return Response(404, [*_common(), ("content-type", TYPES[".html"])], NOT_BUILT.encode())
    name = path or INDEX
    if name not in files and f"{name}.gz" not in files:
        if "." in name.rpartition("/")[2]:
            return Response(404, [*_common(), ("content-type", TYPES[".txt"])], b"There is no such file.\n")
        name = INDEX
    return _send(request, files, name)


def _send(request: Request, files: dict[str, _StaticFile], name: str) -> Response:
    headers = [*_common(), ("content-type", _type_of(name)), ("vary", "accept-encoding")]
    headers.append(("cache-control", YEAR if name.startswith(HASHED) else "no-cache"))
    file = files.get(name) or files[f"{name}.gz"]
    tag = f'"{file.path.stat().st_mtime_ns:x}-{file.size:x}"'
    headers.append(("etag", tag))
    if request.headers.get("if-none-match") == tag:
        return Response(304, headers)
    accepted = request.headers.get("accept-encoding").lower()
    for coding, ending in CODINGS:
        packed = files.get(name + ending)
        if packed is not None and coding in accepted:
            headers.append(("content-encoding", coding))
            return Response(200, headers, FileBody(str(packed.path), 0, packed.size))
    if name not in files:
        return Response(200, headers, gzip.decompress(file.path.read_bytes()))
    return Response(200, headers, FileBody(str(file.path), 0, file.size))


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


@lru_cache(maxsize=4)
def _files(folder: Path, changed: int) -> dict[str, _StaticFile]:
    """Return all files below the folder by their paths; listed anew where the page was built anew."""
    if not changed:
        return {}
    paths = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return {path.relative_to(folder).as_posix(): _StaticFile(path, path.stat().st_size) for path in paths}
