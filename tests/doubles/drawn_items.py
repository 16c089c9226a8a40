"""Labelled pictures drawn by hypothesis, and what is said of them in whole pixels."""

from datetime import UTC, datetime

from hypothesis import strategies as st

from vedette.exchange.items import Item
from vedette.manifest.detection import Size
from vedette.vision.annotations import Box

WHEN = datetime(2026, 2, 11, 9, 30, tzinfo=UTC)
SIZE = Size(640, 480)

labels = st.text(st.characters(categories=["L", "N"], codec="utf-8"), min_size=1, max_size=12)
pixels = st.tuples(st.integers(0, 300), st.integers(0, 200), st.integers(2, 300), st.integers(2, 200))


def box(left, top, width, height):
    return Box(left / 640, top / 480, width / 640, height / 480)


boxed = st.lists(st.tuples(labels, pixels.map(lambda p: box(*p))), max_size=5).map(tuple)
items = st.lists(boxed, min_size=1, max_size=6).map(
    lambda many: [Item(f"p{n}.png", (), boxes, SIZE) for n, boxes in enumerate(many)]
)


def said(found):
    """Return names and boxes in whole pixels of a picture of 640 by 480."""
    return [
        (
            item.name,
            [
                (name, round(b.left * 640), round(b.top * 480), round(b.width * 640), round(b.height * 480))
                for name, b in item.boxes or ()
            ],
        )
        for item in found
    ]
