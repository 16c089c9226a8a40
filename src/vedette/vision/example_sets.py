"""Cookies and circuit boards, drawn by code: pictures for the examples and tutorials that have no camera.

Light, pose, grain and blur vary from picture to picture; a picture is determined by its generator.
"""

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from vedette.vision.annotations import Box
from vedette.vision.drawn_sets import DrawnPicture

SIDE = 256
# Drawn larger and reduced, for smooth edges.
FINE = 2
CRACKED = "cracked"
CRACK_COLOR = "#23A436"
COMPONENTS = ("chip", "resistor", "capacitor")
# What may be wrong with a board.
FAULTS = ("missing", "turned", "solder", "scratch")
GREEN = (24, 92, 52)

Color = tuple[int, int, int]


def draw_cookie(name: str, rng: np.random.Generator, *, is_cracked: bool) -> DrawnPicture:
    """Draw a cookie on a belt; a cracked one with its crack as a mask."""
    side = SIDE * FINE
    image = _textured((92, 96, 104), rng, grain=6)
    draw = ImageDraw.Draw(image)
    middle = (side * rng.uniform(0.46, 0.54), side * rng.uniform(0.46, 0.54))
    radius = side * rng.uniform(0.33, 0.38)
    outline = _wavy_circle(middle, radius, rng)
    draw.polygon([(x + side * 0.012, y + side * 0.016) for x, y in outline], fill=(58, 60, 66))  # its shadow
    tone = rng.uniform(0.9, 1.1)
    dough: Color = (int(196 * tone), int(150 * tone), int(92 * tone))
    draw.polygon(outline, fill=dough)
    _speckle(draw, middle, radius, rng)
    mask = Image.new("RGB", image.size, "#ffffff")
    if is_cracked:
        _crack(draw, ImageDraw.Draw(mask), middle, radius, rng)
    return DrawnPicture(
        name,
        _photographed(image, rng),
        is_anomalous=is_cracked,
        mask=mask.resize((SIDE, SIDE), Image.Resampling.NEAREST) if is_cracked else None,
        kinds=(CRACKED,) if is_cracked else (),
    )


def draw_circuit_board(name: str, rng: np.random.Generator, *, fault: str = "") -> DrawnPicture:
    """Draw a board that has the same parts in the same places, but for what its fault changes."""
    image, shift = _bare_board(rng)
    for number, (component, place) in enumerate(_layout()):
        if fault == "missing" and number == 1:
            _pads(image, place, shift)
            continue
        turn = 0.3 if fault == "turned" and component == "chip" else 0.0
        _put_component(image, component, place, shift, rng, turn=turn)
    draw = ImageDraw.Draw(image)
    if fault == "solder":
        _blob(draw, rng)
    elif fault == "scratch":
        _scrape(draw, rng)
    return DrawnPicture(
        name, _photographed(image, rng), is_anomalous=bool(fault), kinds=(fault,) if fault else ()
    )


def draw_board_with_parts(name: str, rng: np.random.Generator) -> DrawnPicture:
    """Draw a board with two to five parts in free places, and the box around each."""
    image, shift = _bare_board(rng)
    cells = rng.permutation(9)[: int(rng.integers(2, 6))]
    boxes: list[tuple[str, Box]] = []
    for cell in cells:
        component = COMPONENTS[int(rng.integers(len(COMPONENTS)))]
        across, down = 0.2 + 0.3 * (cell % 3), 0.2 + 0.3 * (cell // 3)
        place = (across + rng.uniform(-0.03, 0.03), down + rng.uniform(-0.03, 0.03))
        boxes.append((component, _put_component(image, component, place, shift, rng)))
    return DrawnPicture(name, _photographed(image, rng), boxes=tuple(boxes))


def _layout() -> tuple[tuple[str, tuple[float, float]], ...]:
    return (
        ("chip", (0.34, 0.36)),
        ("capacitor", (0.7, 0.3)),
        ("resistor", (0.3, 0.72)),
        ("resistor", (0.52, 0.72)),
        ("capacitor", (0.74, 0.68)),
    )


def _textured(color: Color, rng: np.random.Generator, *, grain: float) -> Image.Image:
    side = SIDE * FINE
    down, across = np.mgrid[0:side, 0:side] / side
    angle = rng.uniform(0, 2 * np.pi)
    light = rng.uniform(6, 18) * ((across - 0.5) * np.cos(angle) + (down - 0.5) * np.sin(angle))
    noise = rng.normal(0, grain, (side, side)) + light + rng.uniform(-8, 8)
    return Image.fromarray(np.clip(np.asarray(color) + noise[:, :, None], 0, 255).astype(np.uint8))


def _photographed(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Return it as a camera gives it: a little soft, a little noisy, at its final size."""
    small = image.resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    soft = small.filter(ImageFilter.GaussianBlur(rng.uniform(0, 0.6)))
    noisy = np.asarray(soft, np.float64) + rng.normal(0, 2.5, (SIDE, SIDE, 3))
    return Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8))


def _wavy_circle(
    middle: tuple[float, float], radius: float, rng: np.random.Generator
) -> list[tuple[float, float]]:
    angles = np.linspace(0, 2 * np.pi, 120, endpoint=False)
    radii = np.full(angles.shape, radius)
    for waves in (3, 5, 9):
        radii += radius * 0.012 * rng.normal() * np.sin(waves * angles + rng.uniform(0, 2 * np.pi))
    x, y = middle
    return [(float(x + r * np.cos(a)), float(y + r * np.sin(a))) for r, a in zip(radii, angles, strict=True)]


def _speckle(
    draw: ImageDraw.ImageDraw, middle: tuple[float, float], radius: float, rng: np.random.Generator
) -> None:
    """Bake it: light and dark crumbs, and pieces of chocolate."""
    kinds: tuple[tuple[int, float, Callable[[], Color]], ...] = (
        (160, 0.014, lambda: _shade((176, 130, 78), rng)),
        (160, 0.012, lambda: _shade((212, 170, 112), rng)),
        (11, 0.06, lambda: _shade((74, 44, 28), rng)),
    )
    for count, size, color in kinds:
        for _ in range(count):
            angle, away = rng.uniform(0, 2 * np.pi), radius * 0.9 * np.sqrt(rng.uniform())
            x, y = middle[0] + away * np.cos(angle), middle[1] + away * np.sin(angle)
            wide, high = radius * size * rng.uniform(0.7, 1.3, 2)
            draw.ellipse((x - wide, y - high, x + wide, y + high), fill=color())


def _shade(color: Color, rng: np.random.Generator) -> Color:
    tone = rng.uniform(0.9, 1.1)
    return (int(color[0] * tone), int(color[1] * tone), int(color[2] * tone))


def _crack(
    draw: ImageDraw.ImageDraw,
    mask: ImageDraw.ImageDraw,
    middle: tuple[float, float],
    radius: float,
    rng: np.random.Generator,
) -> None:
    """Break it from its edge inwards, along a jagged line."""
    angle = rng.uniform(0, 2 * np.pi)
    reach = rng.uniform(0.9, 1.5)
    along = np.linspace(0.97, 0.97 - reach, 9) * radius
    aside = np.concatenate([[0.0], np.cumsum(rng.normal(0, 0.05, 8))]) * radius
    cos, sin = np.cos(angle), np.sin(angle)
    points = [
        (float(middle[0] + a * cos - b * sin), float(middle[1] + a * sin + b * cos))
        for a, b in zip(along, aside, strict=True)
    ]
    width = max(3, int(radius * rng.uniform(0.03, 0.05)))
    draw.line(points, fill=(66, 42, 24), width=width, joint="curve")
    mask.line(points, fill=CRACK_COLOR, width=width + 2, joint="curve")


def _bare_board(rng: np.random.Generator) -> tuple[Image.Image, tuple[float, float]]:
    """Return a board with its traces and holes, and by how much it lies aside, in shares."""
    image = _textured(GREEN, rng, grain=3)
    draw, side = ImageDraw.Draw(image), image.width
    shift = (float(rng.normal(0, 0.008)), float(rng.normal(0, 0.008)))
    x, y = shift[0] * side, shift[1] * side
    for number in range(7):
        place = side * (0.12 + 0.125 * number)
        draw.line((x + 0.08 * side, y + place, x + 0.92 * side, y + place), fill=(38, 116, 68), width=3)
        draw.line((x + place, y + 0.08 * side, x + place, y + 0.92 * side), fill=(34, 110, 62), width=2)
    for across, down in ((0.07, 0.07), (0.93, 0.07), (0.07, 0.93), (0.93, 0.93)):
        _disc(draw, x + across * side, y + down * side, 0.03 * side, (190, 168, 92))
        _disc(draw, x + across * side, y + down * side, 0.016 * side, (40, 42, 40))
    return image, shift


def _put_component(
    image: Image.Image,
    component: str,
    place: tuple[float, float],
    shift: tuple[float, float],
    rng: np.random.Generator,
    *,
    turn: float = 0.0,
) -> Box:
    """Draw a part on its pads, turned by radians; return the box around it."""
    side = image.width
    wide, high = {"chip": (0.2, 0.2), "resistor": (0.08, 0.17), "capacitor": (0.13, 0.13)}[component]
    size = int(1.6 * max(wide, high) * side)
    patch = Image.new("RGBA", (size, size))
    _draw_component(ImageDraw.Draw(patch), component, size / 2, (wide * side / 2, high * side / 2), rng)
    degrees = float(np.degrees(turn)) + float(rng.normal(0, 1.0))
    patch = patch.rotate(degrees, Image.Resampling.BICUBIC)
    corner = (
        round((place[0] + shift[0]) * side - size / 2),
        round((place[1] + shift[1]) * side - size / 2),
    )
    image.paste(patch, corner, patch)
    return _whole_pixels(corner, patch.getbbox() or (0, 0, size, size))


def _whole_pixels(corner: tuple[int, int], box: tuple[int, int, int, int]) -> Box:
    """Return the box in shares of the picture, its edges on whole pixels of the final size."""
    left, top = ((corner[axis] + box[axis]) // FINE for axis in (0, 1))
    right, low = (-(-(corner[axis] + box[axis + 2]) // FINE) for axis in (0, 1))
    return Box(left / SIDE, top / SIDE, (right - left) / SIDE, (low - top) / SIDE)


def _draw_component(
    draw: ImageDraw.ImageDraw,
    component: str,
    middle: float,
    half: tuple[float, float],
    rng: np.random.Generator,
) -> None:
    wide, high = half
    tin = _shade((186, 188, 190), rng)
    if component == "chip":
        for leg in np.linspace(-0.8, 0.8, 6):
            y = middle + leg * high
            draw.rectangle((middle - wide, y - 3, middle + wide, y + 3), fill=tin)
        body = (middle - 0.78 * wide, middle - high, middle + 0.78 * wide, middle + high)
        draw.rectangle(body, fill=_shade((36, 37, 40), rng))
        _disc(draw, middle - 0.5 * wide, middle - 0.75 * high, 0.08 * wide, (120, 122, 126))
    elif component == "resistor":
        draw.rectangle((middle - wide, middle - high, middle + wide, middle + high), fill=tin)
        body = (middle - wide, middle - 0.68 * high, middle + wide, middle + 0.68 * high)
        draw.rectangle(body, fill=_shade((200, 174, 128), rng))
        for stripe, color in ((-0.35, (150, 40, 36)), (0.0, (44, 44, 46)), (0.35, (206, 150, 40))):
            y = middle + stripe * high
            draw.rectangle((middle - wide, y - 0.07 * high, middle + wide, y + 0.07 * high), fill=color)
    else:
        _disc(draw, middle, middle, wide, _shade((52, 62, 120), rng))
        _disc(draw, middle, middle, 0.78 * wide, tin)
        draw.line((middle, middle - 0.5 * wide, middle, middle + 0.5 * wide), fill=(90, 92, 96), width=4)


def _pads(image: Image.Image, place: tuple[float, float], shift: tuple[float, float]) -> None:
    draw, side = ImageDraw.Draw(image), image.width
    x, y = (place[0] + shift[0]) * side, (place[1] + shift[1]) * side
    for aside in (-0.04, 0.04):
        _disc(draw, x + aside * side, y, 0.018 * side, (196, 186, 150))


def _blob(draw: ImageDraw.ImageDraw, rng: np.random.Generator) -> None:
    side = SIDE * FINE
    x, y = rng.uniform(0.4, 0.62, 2) * side
    for _ in range(4):
        dx, dy = rng.normal(0, 0.02, 2) * side
        _disc(draw, x + dx, y + dy, rng.uniform(0.02, 0.04) * side, _shade((204, 206, 210), rng))


def _scrape(draw: ImageDraw.ImageDraw, rng: np.random.Generator) -> None:
    side = SIDE * FINE
    x, y = rng.uniform(0.3, 0.7, 2) * side
    angle, reach = rng.uniform(0, np.pi), rng.uniform(0.16, 0.28) * side
    dx, dy = reach * np.cos(angle), reach * np.sin(angle)
    draw.line((x - dx, y - dy, x + dx, y + dy), fill=(206, 196, 150), width=6)


def _disc(draw: ImageDraw.ImageDraw, x: float, y: float, radius: float, fill: Color) -> None:
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=fill)
