"""`GET /console/api/export`: a dataset as a file that the browser saves, labels alone or with the pictures.

Whoever may list a dataset's entries may take them along; pictures go along that the person may read. The
answer is made while it is sent: neither an archive nor a picture is held whole, and a browser that leaves
ends it.
"""

import asyncio
import tempfile
import threading
import zipfile
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from vedette.api.console.answers import NOTHING_RUNS, json_answer
from vedette.api.console.faults import ConsoleFault
from vedette.api.console.queries import read_form_query
from vedette.api.console.visitor import require_session
from vedette.api.door import Visit
from vedette.api.house import House
from vedette.arn import parse_arn
from vedette.datasets.dataset import Dataset
from vedette.errors import Denied, Missing, Wrong
from vedette.exchange.losses import count_losses
from vedette.exchange.packed_files import PackedFile
from vedette.exchange.packing import LABEL_FILES, PACKED, PackedFormat, Packing, lines_in
from vedette.exchange.set_packing import Split
from vedette.file_access import create_file
from vedette.identity.may import require
from vedette.identity.principal import Principal
from vedette.manifest.places import split_s3
from vedette.projects.project import Project, read_project_arn
from vedette.store.working_copies import MemorySealedFolder
from vedette.wire.http import Response

ACTION = "vedette:ListEntries"
# A generator, which can be left.
Blocks = Generator[bytes, None, None]
BLOCK = 1 << 18
# Each reads the disk as fast as its line takes it.
AT_ONCE = 4
ENDINGS = {
    "manifest": "manifest",
    "coco": "json",
    "csv": "csv",
    "via": "json",
    "labelstudio": "json",
    "cvat": "xml",
}


@dataclass(frozen=True, slots=True)
class ExportOrder:
    """What a page asks for."""

    project: str
    type: Split
    form: PackedFormat
    with_pictures: bool

    @property
    def is_archive(self) -> bool:
        """Whether it takes several files."""
        return self.with_pictures or self.form not in LABEL_FILES


@dataclass(slots=True)
class ExportRoute:
    """The route; it counts what is under way."""

    under_way: int = 0

    async def answer(self, visit: Visit) -> Response:
        """Answer with the file, or where `check` is asked with whether it can be made."""
        await require_session(visit)
        query = read_form_query(visit.request.raw_query)
        order = read_order(query)
        if self.under_way >= AT_ONCE:
            raise ConsoleFault("TooManyRequests", 429, "Too many exports are under way.", retry_after_s=10)
        place = MemorySealedFolder(Path(tempfile.mkdtemp(prefix="vedette-export-")))
        # Counted from here on: the list of a large dataset takes a while to write.
        self.under_way += 1
        try:
            download = await visit.in_thread(_begin, visit, order, place.folder)
        except BaseException:
            self._leave(place)
            raise
        if "check" in query:
            try:
                losses = await visit.in_thread(download.count_losses)
            finally:
                self._leave(place)
            return json_answer({"entries": download.entries, "losses": losses})
        headers = [
            ("content-type", "application/zip" if order.is_archive else "application/octet-stream"),
            ("content-disposition", f"attachment; filename*=UTF-8''{quote(download.name)}"),
            ("content-security-policy", NOTHING_RUNS),
            ("cache-control", "no-store"),
        ]
        return Response(200, headers, ExportStream(self, download.blocks, place, visit.gone))

    def _leave(self, place: MemorySealedFolder) -> None:
        self.under_way -= 1
        place.remove()


@dataclass(frozen=True, slots=True)
class ExportDownload:
    """An export that can be made."""

    name: str
    entries: int
    blocks: Blocks
    form: PackedFormat
    manifest: Path
    split: Split

    def count_losses(self) -> dict[str, int]:
        """Return of how many pictures the format does not hold something."""
        return count_losses(self.form, lines_in(self.manifest), split=self.split)


class ExportStream(AsyncIterator[bytes]):
    """The blocks of an export, made one at a time in a thread; its files go when it ends or is left.

    A server sends to a line that was closed as to any other, and nothing arrives: so the stream asks itself
    whether the browser is still there, also before its first block.
    """

    def __init__(
        self,
        route: ExportRoute,
        blocks: Blocks,
        place: MemorySealedFolder,
        departure: Callable[[], Awaitable[None]] | None,
    ) -> None:
        self._route = route
        self._blocks = blocks
        self._place = place
        self._lock = threading.Lock()
        self._is_closed = False
        self._leaving = asyncio.ensure_future(self._watch(departure)) if departure else None

    async def _watch(self, departure: Callable[[], Awaitable[None]]) -> None:
        await departure()
        await asyncio.to_thread(self._close)

    async def __anext__(self) -> bytes:
        """Return the next block."""
        block = await asyncio.to_thread(self._next)
        if not block:
            await self.aclose()
            raise StopAsyncIteration
        return block

    def _next(self) -> bytes:
        with self._lock:
            return b"" if self._is_closed else next(self._blocks, b"")

    async def aclose(self) -> None:
        """Leave off, once the block is made that is being made."""
        if self._leaving is not None:
            self._leaving.cancel()
        await asyncio.to_thread(self._close)

    def _close(self) -> None:
        with self._lock:
            if self._is_closed:
                return
            self._is_closed = True
            self._route.under_way -= 1
            self._blocks.close()
            self._place.remove()


def read_order(query: dict[str, str]) -> ExportOrder:
    """Return what the address asks for."""
    form = next((form for form in PACKED if form == query.get("format")), None)
    if form is None:
        raise ConsoleFault("BadRequest", 400, f"Choose a format: {', '.join(PACKED)}.")
    split: Split = "test" if query.get("type") == "test" else "train"
    if query.get("type") != split:
        raise ConsoleFault("BadRequest", 400, "A dataset's type is train or test.")
    return ExportOrder(query.get("project", ""), split, form, query.get("pictures") == "yes")


def _begin(visit: Visit, order: ExportOrder, folder: Path) -> ExportDownload:
    """Take the entries of one moment, and refuse what would fail later."""
    house, principal = visit.house, visit.principal
    assert principal is not None
    project, dataset = _find(house, principal, order)
    manifest = folder / "frozen.manifest"
    with create_file(manifest) as stream:
        house.datasets.contents.freeze(dataset, stream)
    now, opener = house.clock(), PictureReader(house, principal).open
    packing = Packing(order.form, manifest, folder, now, opener, order.with_pictures, split=order.type)
    entries = packing.check()
    base = f"{project.name}-{order.type}"
    if order.is_archive:
        blocks = archive_blocks(packing.files(), packing)
        return ExportDownload(f"{base}-{order.form}.zip", entries, blocks, order.form, manifest, order.type)
    name = f"{base}.{ENDINGS[order.form]}"
    return ExportDownload(name, entries, file_blocks(packing.files()), order.form, manifest, order.type)


def _find(house: House, principal: Principal, order: ExportOrder) -> tuple[Project, Dataset]:
    arn = parse_arn(order.project)
    require(principal, ACTION, arn)
    if read_project_arn(order.project) is None:
        raise Wrong(f"{order.project} is not the ARN of a project.", kind="project", name=order.project)
    project = house.projects.find_by_arn(order.project, arn.region)
    return project, house.datasets.find(project, order.type)


@dataclass(frozen=True, slots=True)
class PictureReader:
    """Pictures as a person may read them."""

    house: House
    principal: Principal

    def open(self, ref: str) -> BinaryIO:
        """Return an object's bytes as a stream; refuse what the person may not read."""
        try:
            bucket, key = split_s3(ref)
        except ValueError as error:
            raise Missing(f"{error}.", kind="key", name=ref) from None
        if not self.house.access.may_read(self.principal, bucket, key):
            raise Denied(f"You may not read it ({self.principal.arn}).")
        return self.house.blobs.open(bucket, key)


class _Sink:
    """Takes what an archive writes, until it is fetched. It cannot be gone back in."""

    def __init__(self) -> None:
        self._blocks: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._blocks.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing waits."""

    def take(self) -> bytes:
        data = b"".join(self._blocks)
        self._blocks.clear()
        return data


def archive_blocks(files: Iterator[PackedFile], packing: Packing) -> Blocks:
    """Yield an archive of these files, a block at a time."""
    sink = _Sink()
    moment = packing.written_at.timetuple()[:6]
    with zipfile.ZipFile(sink, "w") as archive:  # type: ignore[call-overload]
        for file in files:
            info = zipfile.ZipInfo(file.name, moment)
            info.external_attr = 0o644 << 16
            info.compress_type = zipfile.ZIP_STORED if file.is_picture else zipfile.ZIP_DEFLATED
            with file.stream, archive.open(info, "w", force_zip64=not file.is_picture) as out:
                while data := file.stream.read(BLOCK):
                    out.write(data)
                    if block := sink.take():
                        yield block
    yield sink.take()


def file_blocks(files: Iterator[PackedFile]) -> Blocks:
    """Yield the one file of labels; what was left out has no place in it."""
    first = next(files, None)
    if first is not None:
        with first.stream:
            while data := first.stream.read(BLOCK):
                yield data
