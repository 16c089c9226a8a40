"""Findings on a picture: boxes, masks, heat maps and labels, for a person to look at."""

import io
from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageColor, ImageDraw, ImageFont

from vedette.vision.annotations import Finding
from vedette.vision.images import Pixels
from vedette.vision.turn import UPRIGHT, stored_picture

# Told apart also by most people who see colours differently (after Okabe and Ito, 2008).
PALETTE = ("#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7")
_MASK_SHARE = 0.5
_HEAT_SHARE = 0.6


def color_of(label: str, labels: Sequence[str], colors: Mapping[str, str] | None = None) -> str:
    """Return a label's colour: its own where the model names one, else by its place among the labels."""
    if colors and label in colors:
        return colors[label]
    return PALETTE[labels.index(label) % len(PALETTE)] if label in labels else PALETTE[0]


def draw_findings(
    image: Image.Image,
    findings: Sequence[Finding],
    *,
    labels: Sequence[str],
    colors: Mapping[str, str] | None = None,
    mask: NDArray[np.uint8] | None = None,
    caption: str = "",
) -> Image.Image:
    """Return a copy of the picture with masks, boxes and labels on it."""
    canvas = image if mask is None else _masked(image, mask, labels, colors)
    canvas = canvas.copy()
    pen = ImageDraw.Draw(canvas)
    unit = max(1, round(min(canvas.size) / 250))
    line = 1
    if caption:
        line += _write(pen, caption, (2 * unit, 2 * unit), "#ffffff", unit)
    for finding in reversed(findings):
        color = color_of(finding.label, labels, colors)
        caption_text = f"{finding.label} {finding.confidence:.0%}"
        if finding.box is None:
            area = "" if finding.area is None else f", {finding.area:.2%} of the picture"
            line += _write(pen, caption_text + area, (2 * unit, line + 2 * unit), color, unit)
            continue
        box = finding.box
        left, top = box.left * canvas.width, box.top * canvas.height
        right, bottom = left + box.width * canvas.width - 1, top + box.height * canvas.height - 1
        corners = (left, top, max(left, right), max(top, bottom))
        pen.rectangle(corners, outline=color, width=2 * unit)
        _write(pen, caption_text, (left, top), color, unit)
    return canvas


def draw_heatmap(image: Image.Image, heatmap: NDArray[np.float32]) -> Image.Image:
    """Return the picture under its heat map: cold parts stay as they are, hot ones glow."""
    small = Image.fromarray((np.clip(heatmap, 0, 1) * 255).astype(np.uint8))
    heat = np.asarray(small.resize(image.size, Image.Resampling.BILINEAR))
    glow = _ramp()[heat]
    share = (heat.astype(np.float32) / 255 * _HEAT_SHARE)[:, :, None]
    # Grey below, so that no colour of the picture is taken for heat.
    grey = np.asarray(image.convert("L").convert("RGB"), np.float32)
    return Image.fromarray((grey * (1 - share) + glow * share).astype(np.uint8))


def mask_picture(
    mask: NDArray[np.uint8], labels: Sequence[str], colors: Mapping[str, str] | None = None
) -> Image.Image:
    """Return the mask as the services draw it: label colours on white."""
    table = np.full((256, 3), 255, np.uint8)
    for number, label in enumerate(labels, start=1):
        table[number] = ImageColor.getrgb(color_of(label, labels, colors))[:3]
    return Image.fromarray(table[mask])


def write_mask_picture(
    mask: NDArray[np.uint8],
    labels: Sequence[str],
    colors: Mapping[str, str] | None = None,
    *,
    orientation: int = UPRIGHT,
) -> bytes:
    """Return the mask as a PNG that lies as the stored picture does."""
    buffer = io.BytesIO()
    # Flat colours are small at any level; the first is several times quicker than the usual one.
    stored_picture(mask_picture(mask, labels, colors), orientation).save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def _masked(
    image: Image.Image, mask: NDArray[np.uint8], labels: Sequence[str], colors: Mapping[str, str] | None
) -> Image.Image:
    pixels: Pixels = np.array(image)
    paint = np.asarray(mask_picture(mask, labels, colors))
    is_marked = mask > 0
    mixed = pixels[is_marked] * (1 - _MASK_SHARE) + paint[is_marked] * _MASK_SHARE
    pixels[is_marked] = mixed.astype(np.uint8)
    return Image.fromarray(pixels)


def _write(pen: ImageDraw.ImageDraw, text: str, at: tuple[float, float], color: str, unit: int) -> int:
    """Write on a plate of the label's colour, inside the picture; return how high the plate is."""
    font = _font(6 * unit + 6)
    left, top, right, bottom = (round(edge) for edge in pen.textbbox((0, 0), text, font=font))
    width, height = right - left + 4 * unit, bottom - top + 3 * unit
    x = max(0, min(round(at[0]), pen.im.size[0] - width))
    y = max(0, min(round(at[1]), pen.im.size[1] - height))
    pen.rectangle((x, y, x + width, y + height), fill=color)
    pen.text((x + 2 * unit - left, y + unit - top), text, fill=_ink(color), font=font)
    return height


def _ink(color: str) -> str:
    """Return black or white, whichever is read more easily on the colour."""
    red, green, blue = ImageColor.getrgb(color)[:3]
    return "#000000" if 0.299 * red + 0.587 * green + 0.114 * blue > 130 else "#ffffff"


@cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


@cache
def _ramp() -> NDArray[np.float32]:
    """Return 256 colours from blue over yellow to red, by heat."""
    stops = np.array([0, 0.35, 0.65, 1.0])
    colors = np.array([(40, 60, 200), (60, 190, 200), (250, 220, 60), (215, 40, 30)], np.float64)
    at = np.linspace(0, 1, 256)
    return np.stack([np.interp(at, stops, colors[:, c]) for c in range(3)], axis=1).astype(np.float32)
