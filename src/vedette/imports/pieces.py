"""What a browser sends of its files, piece by piece, and the folder that becomes of it.

A piece has the number that its sender gave it, so that one that comes twice is there once. Paths are text
until they are checked: no piece is written outside its folder, and none is a link.
"""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import orjson
from sqlalchemy import Connection, delete, func, insert, select

from vedette.errors import TooMuch, Wrong
from vedette.exchange.places import local_name
from vedette.imports.naming import PlacedPicture
from vedette.imports.staging import FILES, PICTURES
from vedette.imports.tables import import_pieces
from vedette.manifest.places import is_s3

MOST_PIECES = 100_000
MOST_BYTES = 2 * 1024**3
"""Two manifests of the largest size; label files of a quarter of a million pictures are smaller."""
MOST_DEPTH, MOST_PATH = 20, 1000
# A name may have 255 bytes on the file systems that there are.
MOST_PART = 255


@dataclass(frozen=True, slots=True)
class FilePiece:
    """Bytes of a file from some place on."""

    path: str
    offset: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Piece:
    """Some files, or parts of them, and some pictures that are in a bucket by now."""

    files: Sequence[FilePiece] = ()
    pictures: Sequence[PlacedPicture] = ()


def keep_piece(connection: Connection, import_id: str, number: int, piece: Piece) -> None:
    """Write a piece down, in the place of the one of its number."""
    if not 0 <= number < MOST_PIECES:
        raise Wrong(f"A piece has a number from 0 to {MOST_PIECES - 1}, not {number}.", kind="piece")
    for file in piece.files:
        require_path(file.path)
    for picture in piece.pictures:
        require_path(picture.path)
        if not picture.problem and not is_s3(picture.ref):
            raise Wrong(f"{picture.ref[:100]!r} is no address of an object (s3://bucket/key).", kind="piece")
    same = (import_pieces.c.import_id == import_id, import_pieces.c.number == number)
    connection.execute(delete(import_pieces).where(*same))
    size = sum(len(file.body) for file in piece.files)
    before = connection.execute(
        select(func.coalesce(func.sum(import_pieces.c.size), 0)).where(import_pieces.c.import_id == import_id)
    ).scalar_one()
    if before + size > MOST_BYTES:
        raise TooMuch("Label files of one import have at most 2 GiB together.", kind="import", name=import_id)
    values = {"import_id": import_id, "number": number, "size": size, "body": _pack(piece)}
    connection.execute(insert(import_pieces).values(values))


def count_pieces(connection: Connection, import_id: str) -> int:
    """Return how many pieces there are."""
    query = select(func.count()).where(import_pieces.c.import_id == import_id)
    return int(connection.execute(query).scalar_one())


def require_path(path: str) -> None:
    """Refuse a path that would not stay below its folder on every system."""
    parts = path.split("/")
    is_long = len(path) > MOST_PATH or len(parts) > MOST_DEPTH
    if is_long or not path or any(len(part.encode("utf-8", "replace")) > MOST_PART for part in parts):
        raise Wrong(f"{path[:60]!r}… is too long for the path of a file.", kind="piece", name=path[:100])
    if local_name(path) != path:
        raise Wrong(f"{path!r} cannot be the path of a file below a folder.", kind="piece", name=path)


def write_folder(connection: Connection, import_id: str, folder: Path) -> None:
    """Write all pieces out below a new folder."""
    files = folder / FILES
    files.mkdir(parents=True)
    numbers = select(import_pieces.c.number).where(import_pieces.c.import_id == import_id)
    query = select(import_pieces.c.body).where(import_pieces.c.import_id == import_id)
    with (folder / PICTURES).open("wb") as listing:
        for number in connection.execute(numbers.order_by(import_pieces.c.number)).scalars().all():
            body = connection.execute(query.where(import_pieces.c.number == number)).scalar_one()
            piece = _unpack(bytes(body))
            for file in piece.files:
                _append(files, file)
            write_pictures(listing, piece.pictures)


def write_pictures(listing: IO[bytes], pictures: Sequence[PlacedPicture]) -> None:
    """Add pictures to a list."""
    for picture in pictures:
        row = (picture.path, picture.ref, picture.width, picture.height, picture.problem)
        listing.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))


def _append(files: Path, piece: FilePiece) -> None:
    place = files.joinpath(*piece.path.split("/"))
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        size = place.stat().st_size if place.exists() else 0
        if size != piece.offset:
            raise Wrong(f"{piece.path} came with a gap: its part from {size} on is missing. Send it again.")
        with place.open("ab") as out:
            out.write(piece.body)
    except (FileExistsError, NotADirectoryError, IsADirectoryError):
        raise Wrong(f"{piece.path} is a file and a folder at once.", kind="piece", name=piece.path) from None


def _pack(piece: Piece) -> bytes:
    """Return a piece in bytes: the length of its head, its head as JSON, the files' bytes."""
    head = orjson.dumps(
        {
            "files": [(file.path, file.offset, len(file.body)) for file in piece.files],
            "pictures": [
                (item.path, item.ref, item.width, item.height, item.problem) for item in piece.pictures
            ],
        }
    )
    return zlib.compress(b"".join(_parts(head, piece)), 1)


def _parts(head: bytes, piece: Piece) -> Iterator[bytes]:
    yield len(head).to_bytes(4, "big")
    yield head
    for file in piece.files:
        yield file.body


def _unpack(body: bytes) -> Piece:
    data = zlib.decompress(body)
    length = int.from_bytes(data[:4], "big")
    head = orjson.loads(data[4 : 4 + length])
    place, files = 4 + length, []
    for path, offset, size in head["files"]:
        files.append(FilePiece(path, offset, data[place : place + size]))
        place += size
    return Piece(files, [PlacedPicture(*row) for row in head["pictures"]])
