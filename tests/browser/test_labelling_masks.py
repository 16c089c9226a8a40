"""Ten plates get masks: most by the smart outline, each other tool once, and the bytes that are stored."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Page, expect

from browser.looks import take_pictures
from browser.test_labelling import add_label, at_position, click, drag, open_labelling, saved, shown
from doubles.labelled import anomaly_project, entries_of, mask_of, plates
from doubles.servers import RunningServer

STAIN = "#23a436"
Place = tuple[float, float]
BESIDE: Place = (0.06, 0.06)
"""No plate has its stain in this corner."""


def stain_of(plate: Image.Image) -> NDArray[np.bool_]:
    """Return where a plate is stained: nothing else on it is as dark."""
    return np.asarray(plate.convert("L")) < 80


def middle_of(stain: NDArray[np.bool_]) -> Place:
    rows, columns = np.nonzero(stain)
    return float(columns.mean()) / stain.shape[1], float(rows.mean()) / stain.shape[0]


def test_ten_pictures_get_masks(console: RunningServer, signed_in: Page, tmp_path: Path) -> None:
    pictures = plates(10)
    anomaly_project(console, "ten-masks", pictures)
    open_labelling(signed_in, "lookoutvision", "ten-masks")
    add_label(signed_in, "stain")
    signed_in.keyboard.press("1")
    stains = [stain_of(picture) for picture in pictures]
    for number, (paint, stain) in enumerate(zip(PAINTERS, stains, strict=True)):
        at_position(signed_in, number + 1, 10)
        shown(signed_in)
        paint(signed_in, middle_of(stain))
        expect(signed_in.get_by_text("Nothing is marked yet.")).to_have_count(0)
        if number == 4:
            saved(signed_in)
            take_pictures(signed_in, "labelling-masks")
            shown(signed_in)
        signed_in.keyboard.press("PageDown")
    saved(signed_in)
    entries = entries_of(console, "ten-masks", "lookoutvision")
    assert [entry["anomaly-label"] for entry in entries] == [1] * 10
    for entry, paint, stain in zip(entries, PAINTERS, stains, strict=True):
        marked = marked_pixels(console, entry, tmp_path)
        assert 100 < int(marked.sum()) < 256 * 256 / 2
        if paint in OUTLINES:
            assert (marked & stain).sum() / (marked | stain).sum() > 0.8, paint.__name__


def marked_pixels(console: RunningServer, entry: dict[str, object], folder: Path) -> NDArray[np.bool_]:
    """Return what a stored mask marks; all else of it is held against what Lookout for Vision takes."""
    metadata = entry["anomaly-mask-ref-metadata"]
    assert isinstance(metadata, dict)
    assert [
        (color["class-name"], color["hex-color"]) for color in metadata["internal-color-map"].values()
    ] == [("BACKGROUND", "#ffffff"), ("stain", STAIN)]
    mask = mask_of(console, entry, folder)
    assert (mask.format, mask.size, mask.mode) == ("PNG", (256, 256), "P")
    pixels = np.asarray(mask.convert("RGB"))
    shades = {tuple(int(channel) for channel in color) for color in np.unique(pixels.reshape(-1, 3), axis=0)}
    assert shades == {(255, 255, 255), (0x23, 0xA4, 0x36)}
    return np.asarray(pixels[:, :, 0] == 0x23)


def proposed(page: Page) -> None:
    expect(page.locator("[data-testid=stage][data-tool=proposed]")).to_be_visible()


def outline_by_box(page: Page, middle: Place) -> None:
    """Pull a box over the whole plate's middle; the server says where in it the stain is."""
    del middle
    page.keyboard.press("s")
    drag(page, (0.08, 0.08), (0.92, 0.92))
    proposed(page)
    page.keyboard.press("Enter")


def outline_by_click(page: Page, middle: Place) -> None:
    page.keyboard.press("s")
    click(page, middle)
    proposed(page)
    page.keyboard.press("Enter")


def outline_refined(page: Page, middle: Place) -> None:
    """Say of one place that it belongs to it, and of another that it does not."""
    page.keyboard.press("s")
    drag(page, (0.03, 0.03), (0.97, 0.97))
    proposed(page)
    with page.expect_response("**/console/api/outline*"):
        click(page, middle)
    proposed(page)
    page.keyboard.down("Alt")
    with page.expect_response("**/console/api/outline*"):
        click(page, BESIDE)
    page.keyboard.up("Alt")
    proposed(page)
    page.keyboard.press("Enter")


def paint_by_brush(page: Page, middle: Place) -> None:
    del middle
    page.keyboard.press("b")
    drag(page, (0.3, 0.3), (0.6, 0.4))
    page.keyboard.press("e")
    drag(page, (0.45, 0.2), (0.45, 0.5))


def paint_by_polygon(page: Page, middle: Place) -> None:
    del middle
    page.keyboard.press("p")
    for corner in ((0.3, 0.3), (0.7, 0.3), (0.5, 0.6)):
        click(page, corner)
    page.keyboard.press("Enter")


def paint_by_ellipse(page: Page, middle: Place) -> None:
    del middle
    page.keyboard.press("o")
    drag(page, (0.2, 0.2), (0.6, 0.4))


def paint_by_keys(page: Page, middle: Place) -> None:
    """Put a box in the middle, move it, and turn it into a mask: no pointer."""
    del middle
    for key in ("v", "k", "Shift+ArrowLeft", "Alt+ArrowDown", "x"):
        page.keyboard.press(key)


def paint_by_rectangle(page: Page, middle: Place) -> None:
    del middle
    page.keyboard.press("r")
    drag(page, (0.2, 0.2), (0.4, 0.4))


OUTLINES = (outline_by_box, outline_by_click, outline_refined)
PAINTERS: tuple[Callable[[Page, Place], None], ...] = (
    outline_by_box,
    outline_by_click,
    paint_by_brush,
    outline_refined,
    outline_by_box,
    paint_by_polygon,
    paint_by_rectangle,
    outline_refined,
    paint_by_ellipse,
    paint_by_keys,
)
