"""What other tools are given, file by file: reading it again says nothing of what only they look at."""

import json
from pathlib import Path

import pytest

from doubles.drawn_items import SIZE, WHEN, box
from vedette.exchange.formats import OUT, from_lines
from vedette.exchange.items import Item, write_item
from vedette.manifest.attributes import Stamp

GOLDEN = json.loads((Path(__file__).parent.parent / "golden" / "written" / "forms.json").read_text("utf-8"))
STAMP = Stamp(moment=WHEN, job="labeling-job/test")
ITEMS = {
    "boxes": [
        Item("left/a.png", (), (("scratch", box(64, 48, 320, 120)), ("dent", box(0, 0, 3, 5))), SIZE),
        Item("left/b.png", (), (), SIZE),
    ],
    "labels": [Item("left/c.png", ("good",)), Item("left/d.png", ("bad", "worn out"))],
}


def written(folder, form, items):
    """Return the files that a format makes of items, by their places."""
    out = folder / "out"
    sizes = {item.name: SIZE for item in items}
    count = from_lines(
        form, [write_item(item, stamp=STAMP) for item in items], out, written_at=WHEN, images=sizes
    )
    files = {
        path.relative_to(folder).as_posix(): path.read_text("utf-8")
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    return {"count": count, "files": files}


@pytest.mark.parametrize("kind", ITEMS)
@pytest.mark.parametrize("form", OUT)
def test_each_format_is_written_as_its_tools_know_it(tmp_path, form, kind):
    assert written(tmp_path, form, ITEMS[kind]) == GOLDEN[form][kind]
