"""Label files of a source as items: each format by its own reader, with the pictures that came along.

Pictures are looked up in a list; no picture is opened here.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from vedette.errors import Wrong
from vedette.exchange import (
    coco,
    cvat,
    datumaro,
    fiftyone,
    imagefolder,
    labelme,
    labelstudio,
    roboflow,
    supervisely,
    tables,
    via,
    voc,
    yolo,
)
from vedette.exchange.cvat_video import name_of_frame
from vedette.exchange.formats import Format
from vedette.exchange.items import Item
from vedette.exchange.pieces import NoteList, noting
from vedette.imports.mask_sets import MaskSet
from vedette.imports.naming import PictureIndex
from vedette.imports.values import FolderLabels
from vedette.manifest.detection import Size

# Endings of the files that hold a format's labels.
ENDINGS: dict[Format, tuple[str, ...]] = {
    "folder": (),
    "manifest": (".manifest", ".jsonl", ".json", ".txt", ""),
    "groundtruth": (".manifest", ".jsonl", ".json", ".txt", ""),
    "coco": (".json",),
    "labelstudio": (".json",),
    "cvat": (".xml",),
    "voc": (".xml",),
    "csv": (".csv", ".txt"),
    "yolo": (".txt", ".yaml", ".yml", ".names"),
    "labelme": (".json",),
    "via": (".json",),
    "datumaro": (".json",),
    "supervisely": (".json",),
    "fiftyone": (".json",),
    "imagefolder": (".jsonl",),
    "roboflow": (".csv", ".json"),
    "mvtec": (),
    "visa": (),
    # The table of the masks' values; the masks are pictures.
    "masks": (".csv",),
}
# Formats without label files: the places of pictures say what they show.
BY_PLACE: frozenset[Format] = frozenset({"folder", "mvtec", "visa"})
# Formats whose label files are read together, as a folder.
FOLDER_FORMATS: frozenset[Format] = frozenset(
    {"labelme", "datumaro", "supervisely", "imagefolder", "fiftyone", "roboflow"}
)
# Formats that do not tell pictures' sizes, which have to be looked up.
UNSIZED: frozenset[Format] = frozenset({"yolo", "via", "imagefolder", "fiftyone", "masks"})


class ToolFiles:
    """The label files of a source, whose pictures are a list."""

    def __init__(  # noqa: PLR0913  (each of them another part of a source)
        self,
        files: Path,
        form: Format,
        pictures: PictureIndex,
        notes: NoteList,
        folder_labels: FolderLabels,
        *,
        masks: Path,
        anomalies: bool,
    ) -> None:
        self._files, self._form, self._pictures = files, form, pictures
        self._notes, self._folder_labels = notes, folder_labels
        self._masks = MaskSet(files, masks, pictures, notes, self._sides_of, anomalies)

    def items(self) -> Iterator[Item]:
        """Yield the pictures with their labels, as the files say or the places of pictures.

        Raises:
            Wrong: where there is no file with labels.
        """
        form, notes = self._form, self._notes
        if form in BY_PLACE:
            return self._items_of_places()
        if form == "masks":
            return self._masks.items()
        if form == "voc":
            return voc.read_voc(self._files, notes)
        if form == "yolo":
            return yolo.read_yolo_labels(self._files, self._pictures.paths(), self._size_of, notes)
        if form in FOLDER_FORMATS:
            label_files(self._files, form)  # says so where there is none
            return self._items_of_tools(form)
        readers: dict[Format, Callable[[Path], Iterator[Item]]] = {
            "coco": lambda file: coco.read_coco(file, notes),
            "labelstudio": lambda file: labelstudio.read_labelstudio(file, notes),
            "cvat": lambda file: cvat.read_cvat(file, notes, self._frame),
            "via": lambda file: via.read_via(file, self._sides_of, notes),
            "csv": _items_of_table,
        }
        return self._items_of_files(readers[form])

    def _items_of_tools(self, form: Format) -> Iterator[Item]:
        """Yield what a tool's folder of label files holds."""
        files, notes, sides_of = self._files, self._notes, self._sides_of
        if form == "labelme":
            return labelme.read_labelme(files, notes)
        if form == "datumaro":
            return datumaro.read_datumaro(files, notes)
        if form == "supervisely":
            return supervisely.read_supervisely(files, notes)
        if form == "roboflow":
            return roboflow.read_roboflow(files, notes, with_rest=False)
        if form == "imagefolder":
            return imagefolder.read_imagefolder(files, sides_of, notes)
        return fiftyone.read_fiftyone(files, sides_of, notes, self._pictures.paths())

    def _items_of_files(self, reader: Callable[[Path], Iterator[Item]]) -> Iterator[Item]:
        """Yield what all files hold; the only one must be readable, one of many is noted."""
        files = label_files(self._files, self._form)
        for file in files:
            if len(files) == 1:
                yield from reader(file)
                continue
            with noting(self._notes, str(file)):
                yield from reader(file)

    def _items_of_places(self) -> Iterator[Item]:
        if self._form != "folder":
            yield from self._masks.items_of_set("mvtec" if self._form == "mvtec" else "visa")
            return
        for path in self._pictures.paths():
            folders = path.split("/")[:-1]
            label_folders = folders[:1] if self._folder_labels == "first" else folders[-1:]
            yield Item(path, tuple(label_folders) if self._folder_labels != "none" else ())

    def _size_of(self, path: str) -> Size | None:
        picture = self._pictures.get(path)
        return Size(picture.width, picture.height) if picture and picture.width else None

    def _sides_of(self, name: str) -> Size:
        """Return the size of the picture that a name means, for formats that do not tell it."""
        picture = self._pictures.find(name)
        if picture is None:
            _, sentence = not_there(name, len(self._pictures))
            raise Wrong(sentence, kind="picture", name=name)
        if not picture.width:
            sentence = picture.problem or f"The size of {picture.path} is not known."
            raise Wrong(sentence, kind="picture", name=picture.path)
        return Size(picture.width, picture.height)

    def _frame(self, number: int) -> str | None:
        """Return the picture of a film's frame."""
        picture = self._pictures.frame(Path(name_of_frame(number)).stem)
        return picture.path if picture else None


def _items_of_table(file: Path) -> Iterator[Item]:
    for row in tables.read_rows(file):
        if row.name:
            yield Item(row.name, tuple(dict.fromkeys(row.labels)))


def label_files(folder: Path, form: Format) -> list[Path]:
    """Return the files that hold labels of a format, in order.

    Raises:
        Wrong: where there is none.
    """
    endings = ENDINGS[form]
    paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in endings and path.is_file())
    if not paths:
        endings_text = ", ".join(ending for ending in endings if ending)
        raise Wrong(f"There is no label file here ({endings_text}).", kind="file")
    return paths


def not_there(name: str, count: int) -> tuple[str, str]:
    if "://" in name:
        sentence = f"{name} lies elsewhere, from where nothing is fetched, and no picture here has its name."
    else:
        sentence = f"There is no picture {name} among the {count} that are here."
    return "PICTURE_MISSING", sentence
