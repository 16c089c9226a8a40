"""`vedette export mvtec|visa`: the folders of a set of anomalies, as the server writes them too."""

import itertools
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from vedette.clock import system_clock
from vedette.errors import Missing
from vedette.exchange.anomaly_sets import SetForm
from vedette.exchange.formats import write_manifest
from vedette.exchange.packing import LEFT_OUT, Packing
from vedette.exchange.set_packing import Split
from vedette.file_access import open_file
from vedette.manifest.lines import Line

# Writes the file of a reference to a path, and returns whether there is one.
Fetch = Callable[[str, Path], bool]


def write_set(
    form: SetForm, lines: list[Line], fetch: Fetch, out: Path, *, split: Split, with_pictures: bool
) -> tuple[int, int]:
    """Write a set; return how many pictures are through, and how many files were written."""
    with TemporaryDirectory() as scratch:
        folder, count, numbers = Path(scratch), 0, itertools.cycle(range(4))

        def open_picture(ref: str) -> BinaryIO:
            # A picture and its mask are open at once.
            place = folder / f"fetched-{next(numbers)}"
            if not fetch(ref, place):
                raise Missing("There is no file for it.", kind="picture", name=ref)
            return open_file(place)

        manifest = folder / "set.manifest"
        write_manifest(lines, manifest)
        packing = Packing(form, manifest, folder, system_clock(), open_picture, with_pictures, split=split)
        total = packing.check()
        for file in packing.files():
            with file.stream as stream:
                if file.name == LEFT_OUT:
                    continue
                place = out / file.name
                place.parent.mkdir(parents=True, exist_ok=True)
                with place.open("xb") as target:
                    shutil.copyfileobj(stream, target, 1 << 20)
            count += file.is_picture
    for sentence in packing.left_out:
        print(f"Left out: {sentence}", file=sys.stderr)
    return total, count
