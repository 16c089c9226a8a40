"""`--boxes-from masks` and `--polygons-from masks` of `vedette export`: what masks show, in other forms."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from vedette.clock import system_clock
from vedette.errors import Wrong
from vedette.exchange.coco import write_coco
from vedette.exchange.cvat import write_cvat
from vedette.exchange.datumaro import write_datumaro
from vedette.exchange.items import Item, short_name
from vedette.exchange.labelme import write_labelme
from vedette.exchange.labelstudio import write_labelstudio
from vedette.exchange.mask_lines import MaskLines
from vedette.exchange.places import TargetFolder
from vedette.exchange.supervisely import write_supervisely
from vedette.exchange.via import write_via
from vedette.exchange.yolo import write_yolo
from vedette.manifest.attributes import Stamp
from vedette.manifest.lines import Line

WITH_POLYGONS = ("coco", "cvat", "datumaro", "labelme", "labelstudio", "supervisely", "via", "yolo")
# Writes the file of a reference to a path, and returns whether there is one.
Fetch = Callable[[str, Path], bool]


def boxed(lines: list[Line], fetch: Fetch) -> Iterator[Line]:
    """Yield the lines with boxes around what their masks show."""
    with _masks(fetch) as masks:
        yield from masks.boxes(lines)


def write_regions(form: str, lines: list[Line], fetch: Fetch, out: Path, prefix: str | None) -> int:
    """Write a polygon, or for COCO runs, for each region of each mask; return how many."""
    with _masks(fetch) as masks:
        items = _named_apart(masks.regions(lines), prefix)
        writers: dict[str, Callable[[], int]] = {
            "coco": lambda: write_coco(items, out, written_at=system_clock()),
            "yolo": lambda: write_yolo(items, out, names=masks.labels(lines), as_outlines=True),
            "labelme": lambda: _write_labelme(items, out),
            "via": lambda: write_via(items, out),
            "cvat": lambda: write_cvat(items, out),
            "datumaro": lambda: write_datumaro(items, out),
            # A control of its labelling form is for boxes, or for polygons.
            "labelstudio": lambda: write_labelstudio(items, out, box_name="box"),
            "supervisely": lambda: write_supervisely(items, out),
        }
        return writers[form]()


def _write_labelme(items: Iterator[Item], out: Path) -> int:
    target, count = TargetFolder(out), 0
    for item in items:
        write_labelme(item, target)
        count += len(item.boxes or ())
    return count


def _named_apart(items: Iterator[Item], prefix: str | None) -> Iterator[Item]:
    owners: dict[str, str] = {}
    for item in items:
        name = item.name if prefix is None else short_name(item.name, prefix)
        other = owners.setdefault(name, item.name)
        if other != item.name:
            raise Wrong(
                f"{other} and {item.name} would both be called {name}; cut off less (--cut).", kind="file"
            )
        yield replace(item, name=name)


def require_regions(form: str, is_wanted: bool) -> None:
    """Refuse polygons of masks where a format is not written with any."""
    if is_wanted and form not in WITH_POLYGONS:
        raise Wrong(
            f"Polygons of masks are written to {', '.join(WITH_POLYGONS)}, and not to {form}; "
            "--boxes-from masks makes boxes."
        )


@contextmanager
def _masks(fetch: Fetch) -> Iterator[MaskLines]:
    with TemporaryDirectory() as scratch:
        places: dict[str, Path] = {}

        def find(ref: str) -> Path | None:
            # A picture and its masks are looked at one after the other; no more files lie there at once.
            place = places.setdefault(ref, Path(scratch) / str(len(places) % 64))
            return place if fetch(ref, place) else None

        yield MaskLines(find, Stamp(moment=system_clock(), job="labeling-job/masks"))
