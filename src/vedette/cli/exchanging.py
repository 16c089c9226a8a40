"""The work of `vedette import` and `vedette export`, apart from their options: no other command loads it."""

import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TextIO

from vedette.cli.mask_drawing import MaskDrawing
from vedette.cli.mask_importing import MaskFolder, drawn_masks, mask_folder, require_shapes
from vedette.cli.mask_regions import boxed, require_regions, write_regions
from vedette.cli.parts import require_part
from vedette.cli.set_writing import write_set
from vedette.cli.table_writing import PictureTable
from vedette.clock import system_clock
from vedette.errors import Wrong
from vedette.exchange.formats import (
    IN_FOLDERS,
    Format,
    LocalFormat,
    from_lines,
    to_lines,
    with_prefix,
    write_manifest,
)
from vedette.exchange.items import below
from vedette.exchange.label_map import names_by_case, read_label_map
from vedette.exchange.losses import find_losses
from vedette.exchange.mask_lines import MaskLines
from vedette.exchange.move import key_of, move_lines
from vedette.exchange.packing import BY_PLACE, FLAT, PICTURES, PLACES, WHOLE_NAMES, unique_name
from vedette.exchange.picture_sizes import with_their_sizes
from vedette.exchange.pieces import NoteList, PieceNotes, StrictNotes
from vedette.exchange.places import SourceFolder, UniqueNames, local_name, short_name_parts
from vedette.exchange.set_packing import Split
from vedette.exchange.shape_masks import ShapeMasks
from vedette.exchange.tables import sort_out
from vedette.exchange.whole import writing_file, writing_whole
from vedette.manifest.attributes import Stamp
from vedette.manifest.lines import SOURCE, Line, change_line
from vedette.manifest.relabel import names_of

# Writes the file of a reference to a path, and returns whether there is one.
Fetch = Callable[[str, Path], bool]
# Project, type of dataset, service, endpoint, data folder.
RemoteDataset = tuple[str, str, str, str, Path | None]


@dataclass(frozen=True, slots=True)
class LocalImport:
    """What is read, and how it is understood."""

    form: Format | LocalFormat
    images: Path | None
    anomalies: bool
    label_map: Path | None = None
    leave_out: bool = False
    boxes_from_masks: bool = False
    # Shapes become masks: "polygons", or with boxes too "shapes".
    masks_from: str = ""


@dataclass(frozen=True, slots=True)
class LocalExport:
    """What is written, and whether pictures come along."""

    form: Format | LocalFormat
    cut: str
    images: Path | None
    with_pictures: bool
    label_map: Path | None = None
    boxes_from_masks: bool = False
    polygons_from_masks: bool = False
    # Which of a project's two datasets it is.
    split: Split = "train"


def import_pictures(
    source: Path, options: LocalImport, *, to: str, out: Path | None, dataset: RemoteDataset | None
) -> None:
    """Add labelled pictures to a dataset, or write a manifest of them."""
    if options.form == "csv" and source.is_file():
        sort_out(source, anomalies=options.anomalies)
    if options.masks_from:
        service = dataset[2] if dataset else ""
        require_shapes(options.form, service, has_boxes_from=options.boxes_from_masks)
    notes = NoteList(are_shapes_drawn=bool(options.masks_from)) if options.leave_out else None
    place = None if dataset else out
    with (
        _pictures_of(source, options, place) as pictures,
        mask_folder(options.masks_from, place, to) as masks,
    ):
        reading = SourceReading(source, options, pictures.folder, notes, masks)
        if dataset is not None:
            _bring(reading.lines(), pictures.folder, masks, to, dataset)
        elif out is not None:
            # Without a place in a bucket, pictures are named by the way to them from the manifest.
            _write(reading.lines(to or _way(out.parent, pictures.place)), out, [pictures, masks])
    reading.tell(sys.stderr)


@dataclass(frozen=True, slots=True)
class SourcePictures:
    """Where a source's pictures lie while it is read, and where they lie afterwards."""

    folder: Path
    place: Path

    def settle(self) -> None:
        """Put pictures that came out of the source where they are to be found."""
        if self.folder != self.place:
            self.folder.rename(self.place)


@contextmanager
def _pictures_of(source: Path, options: LocalImport, out: Path | None) -> Iterator[SourcePictures]:
    """Yield the pictures' folder; those of a table go into a new one, which is there whole or not at all."""
    folder = options.images or (source if source.is_dir() else source.parent)
    if options.form != "parquet":
        yield SourcePictures(folder, folder)
        return
    if out is None:
        with TemporaryDirectory() as scratch:
            yield SourcePictures(Path(scratch), Path(scratch))
        return
    place = options.images or out.with_name(f"{out.stem}-pictures")
    if place.exists():
        raise Wrong(f"{place}, where the pictures would go, is there already; say another place by --images.")
    part = place.with_name(f".{place.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        yield SourcePictures(part, place)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def rehearse_import(source: Path, options: LocalImport) -> None:
    """Read all, write nothing, and say what would change and what becomes no label."""
    folder = options.images or (source if source.is_dir() else source.parent)
    if options.masks_from:
        require_shapes(options.form, "", has_boxes_from=options.boxes_from_masks)
    notes = NoteList(are_shapes_drawn=bool(options.masks_from))
    pictures = None if options.form == "parquet" else folder
    reading = SourceReading(source, options, pictures, notes, MaskFolder())
    count = sum(1 for _ in reading.lines())
    reading.tell(sys.stdout)
    print(f"{count} pictures would be brought; nothing was written.")


class SourceReading:
    """A source as lines, and what happened to it on the way. Without notes it is refused as a whole."""

    def __init__(
        self,
        source: Path,
        options: LocalImport,
        folder: Path | None,
        notes: NoteList | None,
        masks: MaskFolder,
    ) -> None:
        self._source, self._options, self._folder, self._notes = source, options, folder, notes
        self._masks = masks
        self._map = read_label_map(options.label_map) if options.label_map else None
        self._names: set[str] = set()

    def lines(self, prefix: str = "") -> Iterator[Line]:
        """Yield the lines with the labels that the map gives them."""
        options = self._options
        notes = self._notes or StrictNotes(are_shapes_drawn=bool(options.masks_from))
        stamp = Stamp(moment=system_clock(), job="labeling-job/import")
        lines = to_lines(
            options.form,
            self._source,
            stamp=stamp,
            anomalies=options.anomalies,
            images=self._folder,
            notes=notes,
            masks=self._drawing(notes),
        )
        if self._folder is not None:
            lines = with_their_sizes(lines, SourceFolder(self._folder), notes)
        # Masks are looked for by their own names, before those get the place where they will lie.
        masks = MaskLines(SourceFolder(self._folder or self._source.parent), stamp, notes)
        if options.boxes_from_masks:
            lines = masks.boxes(lines)
        elif options.anomalies and options.form == "groundtruth":
            lines = masks.classes(lines)
        for line in self._map.apply(lines) if self._map else lines:
            self._names |= names_of(line)
            whole = with_prefix(line, prefix)
            yield self._masks.placed(whole, line) if options.masks_from else whole

    def _drawing(self, notes: PieceNotes) -> ShapeMasks | None:
        wish = self._options.masks_from
        if not wish:
            return None
        return drawn_masks(self._masks, self._folder, notes, with_boxes=wish == "shapes")

    def tell(self, out: TextIO) -> None:
        """Say what was left out, changed and mapped."""
        for note in self._notes.notes if self._notes else ():
            print(f"{'Left out' if note.is_refused else 'Changed'}: {note.sentence}", file=out)
        if self._notes and self._notes.count > len(self._notes.notes):
            print(f"And {self._notes.count - len(self._notes.notes):,} more of these.", file=out)
        for sentence in [*(self._map.effects() if self._map else ()), *names_by_case(self._names)]:
            print(sentence, file=out)


def rehearse_export(source: Path | RemoteDataset | None, options: LocalExport) -> None:
    """Say what a format does not hold of a dataset, and what a map would do."""
    if source is None:
        raise Wrong("Say what: a manifest, or --project NAME.")
    if isinstance(source, Path):
        lines, fetch = list(to_lines("manifest", source, stamp=Stamp())), _finder(source, options.images)
    else:
        lines, fetch = _fetched(source)
    require_regions(options.form, options.polygons_from_masks)
    if options.boxes_from_masks:
        lines = list(boxed(lines, fetch))
    for sentence in find_losses(
        f"{options.form} with regions" if options.polygons_from_masks else options.form,
        _mapped(lines, options.label_map, sys.stdout),
        split=options.split,
    ):
        print(f"Lost: {sentence}")
    print(f"{len(lines)} pictures would be written; nothing was.")


def export_pictures(source: Path | RemoteDataset, options: LocalExport, *, out: Path) -> tuple[int, int]:
    """Write the labels of a manifest or a dataset, or nothing; return how many lines and how many files."""
    if isinstance(source, Path):
        lines, fetch = list(to_lines("manifest", source, stamp=Stamp())), _finder(source, options.images)
    else:
        lines, fetch = _fetched(source)
    require_regions(options.form, options.polygons_from_masks)
    if options.boxes_from_masks:
        lines = list(boxed(lines, fetch))
    lines = _mapped(lines, options.label_map, sys.stderr)
    is_set = options.form in BY_PLACE
    with writing_whole(out, is_folder=is_set or options.form in IN_FOLDERS, is_over=not is_set) as place:
        return _write_export(lines, fetch, options, place)


def _write_export(lines: list[Line], fetch: Fetch, options: LocalExport, out: Path) -> tuple[int, int]:
    """Write labels, and pictures where they come along, to a place that nobody reads yet."""
    form, cut, images, copied = options.form, options.cut, options.images, 0
    prefix: str | None = cut
    if form == "parquet":
        require_part("parquet")
        return PictureTable(fetch, cut).write(lines, out, with_pictures=options.with_pictures)
    if form == "mvtec" or form == "visa":
        pictures = options.with_pictures
        return write_set(form, lines, fetch, out, split=options.split, with_pictures=pictures)
    if form == "masks":
        return MaskDrawing(fetch, out, cut, options.with_pictures).draw(lines)
    if options.with_pictures:
        folder = out if form in IN_FOLDERS else out.parent
        place = PLACES.get(form, PICTURES)
        # Masks that become polygons stay where they are: beside the pictures they would be taken for some.
        is_taken = (lambda key: key == SOURCE) if options.polygons_from_masks else (lambda _key: True)
        lines, copied = _take_along(lines, fetch, folder, cut, place, form=form, is_taken=is_taken)
        if options.polygons_from_masks:
            fetch = _or_taken(fetch, lines, folder)
        prefix, images = (None, folder) if form in WHOLE_NAMES else (place, folder / place)
    if options.polygons_from_masks:
        return write_regions(form, lines, fetch, out, prefix), copied
    count = from_lines(form, lines, out, written_at=system_clock(), prefix=prefix, images=images)
    return count, copied


def _mapped(lines: list[Line], label_map: Path | None, out: TextIO) -> list[Line]:
    """Return the lines with the labels that a map gives them, and say what it did."""
    if label_map is None:
        return lines
    labels = read_label_map(label_map)
    mapped = list(labels.apply(lines))
    for sentence in labels.effects():
        print(sentence, file=out)
    return mapped


def _write(lines: Iterator[Line], out: Path, beside: Sequence[SourcePictures | MaskFolder]) -> None:
    with writing_file(out) as part:
        count = write_manifest(lines, part)
        for files in beside:
            files.settle()
    print(f"Written: {out} ({count} pictures).")


def _way(start: Path, goal: Path) -> str:
    """Return the relative path from one folder to another, or nothing when they are the same."""
    origin, target = start.resolve(), goal.resolve()
    if origin == target:
        return ""
    shared = next(folder for folder in (origin, *origin.parents) if target.is_relative_to(folder))
    up = [".."] * len(origin.relative_to(shared).parts)
    return "/".join([*up, *target.relative_to(shared).parts])


def _bring(lines: Iterator[Line], folder: Path, masks: MaskFolder, to: str, dataset: RemoteDataset) -> None:
    """Upload pictures and lines, and create or extend the dataset."""
    from vedette.cli.remote import Server, bucket_name, remote_dataset, upload

    project, kind, service, endpoint, data = dataset
    server = Server(service, endpoint, data)
    remote = remote_dataset(server, project, kind)
    place = to or f"s3://vedette-{bucket_name(project)}/{kind}"
    find = SourceFolder(folder)
    # All before anything is sent: a file outside the folder refuses everything.
    uploads = list(move_lines(lines, masks.finder(find), to=place))
    remote.ensure_project()
    manifest, usable, missing = upload(server, uploads, to=place, kind=kind)
    for ref in missing:
        problem = find.unfit.get(ref, f"There is no file for {ref} below {folder}")
        print(f"{problem}; its picture is left out.", file=sys.stderr)
    if not usable:
        raise Wrong(f"Not one picture was found below {folder}. If they lie elsewhere, say --images DIR.")
    description = remote.fill(manifest, usable)
    counts = description.get("DatasetStats") or description.get("ImageStats") or {}
    summary = ", ".join(f"{name} {count}" for name, count in counts.items())
    print(f"{description['Status']}: {len(usable)} pictures brought into {project}/{kind} ({summary}).")


def _fetched(dataset: RemoteDataset) -> tuple[list[Line], Fetch]:
    from vedette.cli.remote import Server, download, remote_dataset

    project, kind, service, endpoint, data = dataset
    server = Server(service, endpoint, data)

    def fetch(ref: str, place: Path) -> bool:
        download(server, ref, place)
        return True

    return list(remote_dataset(server, project, kind).lines()), fetch


def _finder(manifest: Path, images: Path | None) -> Fetch:
    find = SourceFolder(images or manifest.parent)

    def fetch(ref: str, place: Path) -> bool:
        path = find(ref)
        if path is None:
            return False
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, place)
        return True

    return fetch


def _or_taken(fetch: Fetch, lines: list[Line], folder: Path) -> Fetch:
    """Return what fetches pictures that were copied from where they are now, and the rest as before."""
    copied_names = {line.source for line in lines}

    def fetch_either(ref: str, place: Path) -> bool:
        if ref not in copied_names:
            return fetch(ref, place)
        shutil.copyfile(folder / ref, place)
        return True

    return fetch_either


def _take_along(  # noqa: PLR0913  (where from, where to, and what)
    lines: list[Line],
    fetch: Fetch,
    folder: Path,
    cut: str,
    place: str,
    *,
    form: str,
    is_taken: Callable[[str], bool],
) -> tuple[list[Line], int]:
    """Copy pictures and masks to a place below the folder, and return the lines with their new paths.

    A line whose picture is missing is left out, with a message.
    """
    usable: list[Line] = []
    copied, names = 0, UniqueNames(ignore_case=True)
    for line in lines:
        refs = {
            key: ref
            for key, ref in line.values.items()
            if key.endswith("-ref") and isinstance(ref, str) and is_taken(key)
        }
        keys = {key: local_name(key_of(below(ref, cut))) for key, ref in refs.items()}
        if form in FLAT:
            keys = {key: name.replace("/", "_") for key, name in keys.items()}
        own = {key: unique_name(names, form, ref, short_name_parts(keys[key])) for key, ref in refs.items()}
        places = {key: "/".join(filter(None, (place, name))) for key, name in own.items()}
        present = {key for key, ref in refs.items() if fetch(ref, folder / places[key])}
        copied += len(present)
        for key in refs.keys() - present:
            print(f"There is no file for {refs[key]}.", file=sys.stderr)
        if SOURCE in present:
            usable.append(change_line(line, {key: places[key] for key in present}))
    return usable, copied
