"""What a person sees of a finding."""

import numpy as np
from PIL import Image

from vedette.vision.annotations import Box, Finding
from vedette.vision.draw import PALETTE, color_of, draw_findings, draw_heatmap, mask_picture


def grey(width=200, height=100):
    return Image.new("RGB", (width, height), (90, 90, 90))


def test_a_box_is_drawn_where_it_lies_in_its_labels_colour():
    drawn = draw_findings(grey(), [Finding("dog", 0.9, Box(0.5, 0.2, 0.25, 0.5))], labels=["cat", "dog"])
    assert drawn.size == (200, 100)
    assert f"#{bytes(drawn.getpixel((148, 60))).hex()}" == PALETTE[1]
    assert drawn.getpixel((120, 60)) == (90, 90, 90)
    assert drawn.getpixel((20, 60)) == (90, 90, 90)


def test_a_mask_is_mixed_in_and_the_rest_stays():
    mask = np.zeros((100, 200), np.uint8)
    mask[50:] = 1
    drawn = draw_findings(
        grey(), [Finding("rust", 0.9, area=0.5)], labels=["rust"], colors={"rust": "#ff0000"}, mask=mask
    )
    assert drawn.getpixel((150, 90)) == (172, 45, 45)
    assert drawn.getpixel((199, 49)) == (90, 90, 90)


def test_the_picture_given_is_not_drawn_on():
    image = grey()
    draw_findings(image, [Finding("a", 1.0, Box(0, 0, 1, 1))], labels=["a"], caption="hello")
    assert image.getcolors() == [(200 * 100, (90, 90, 90))]


def test_a_caption_stands_at_the_top_and_nothing_does_without_one():
    """What is found of the whole picture stands below it."""
    plain = draw_findings(grey(), [], labels=[])
    assert plain.getcolors() == grey().getcolors()
    captioned = draw_findings(grey(), [], labels=[], caption="board 7")
    written = np.asarray(captioned) != 90
    rows = np.flatnonzero(written.any(axis=(1, 2)))
    assert 0 < rows[0] < rows[-1] < 30
    both = draw_findings(grey(), [Finding("rust", 0.9, area=0.5)], labels=["rust"], caption="board 7")
    assert np.array_equal(np.asarray(both)[: rows[-1] + 1], np.asarray(captioned)[: rows[-1] + 1])
    assert (np.asarray(both) != np.asarray(captioned)).any()


def test_labels_at_the_edge_stay_inside():
    tiny = Image.new("RGB", (8, 8))
    found = [Finding("a label longer than the picture", 1.0, Box(0.9, 0.9, 0.1, 0.1))]
    assert draw_findings(tiny, found, labels=["a label longer than the picture"]).size == (8, 8)


def test_only_hot_parts_glow():
    heat = np.zeros((4, 8), np.float32)
    heat[:, 6:] = 1
    drawn = np.asarray(draw_heatmap(grey(), heat)).astype(int)
    assert np.abs(drawn[:, :100] - 90).max() <= 1
    assert drawn[50, 195, 0] > drawn[50, 195, 2] + 80


def test_a_mask_picture_is_white_with_label_colours():
    picture = mask_picture(np.array([[0, 1, 2]], np.uint8), ["x", "y"], {"y": "#010203"})
    assert [picture.getpixel((n, 0)) for n in range(3)] == [(255, 255, 255), (230, 159, 0), (1, 2, 3)]
    assert color_of("unknown", ["x"]) == PALETTE[0]
