"""Example sets, drawn by code: parts on a steel tray, for every kind of model.

Light, pose, grain, blur and clutter vary; a set is determined by its seed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from vedette.vision.annotations import Box

SIDE = 192
# Drawn larger and reduced, for smooth edges.
FINE = 2
PARTS = ("bolt", "nut", "washer")
COLORS = {"scratch": "#d62728", "rust": "#1f77b4"}


@dataclass(frozen=True, slots=True)
class DrawnPicture:
    """One synthetic picture and its ground truth."""

    name: str
    image: Image.Image
    labels: tuple[str, ...] = ()
    boxes: tuple[tuple[str, Box], ...] | None = None
    is_anomalous: bool | None = None
    mask: Image.Image | None = None
    kinds: tuple[str, ...] = field(default=())


def draw_set(kind: str, count: int, *, seed: int) -> Iterator[DrawnPicture]:
    """Yield `count` pictures of a kind of model, its labels in turn."""
    rng = np.random.default_rng(seed)
    draw = {
        "classification": _part,
        "multilabel": _mixture,
        "detection": _tray,
        "anomaly": _plate,
        "segmentation": _plate,
    }[kind]
    for number in range(count):
        yield draw(f"{kind}-{seed}-{number:03}.png", number, rng)


def _part(name: str, number: int, rng: np.random.Generator) -> DrawnPicture:
    label = PARTS[number % len(PARTS)]
    image = _steel(rng)
    _put(image, label, _place(rng, 0.34, 0.5), rng)
    return DrawnPicture(name, _photographed(image, rng), labels=(label,))


def _mixture(name: str, number: int, rng: np.random.Generator) -> DrawnPicture:
    parts = tuple(part for bit, part in enumerate(PARTS) if (number % 7 + 1) >> bit & 1)
    image = _steel(rng)
    for label, place in zip(parts, _apart(rng, len(parts)), strict=True):
        _put(image, label, place, rng)
    return DrawnPicture(name, _photographed(image, rng), labels=parts)


def _tray(name: str, number: int, rng: np.random.Generator) -> DrawnPicture:
    image = _steel(rng)
    boxes = []
    for place in _apart(rng, 1 + number % 3):
        label = PARTS[int(rng.integers(len(PARTS)))]
        boxes.append((label, _put(image, label, place, rng)))
    return DrawnPicture(name, _photographed(image, rng), boxes=tuple(boxes))


def _plate(name: str, number: int, rng: np.random.Generator) -> DrawnPicture:
    """A plate with four holes; every second one has a scratch or rust."""
    image = _steel(rng)
    draw = ImageDraw.Draw(image)
    side = image.width
    shift = rng.normal(0, 0.01, 2)
    for across, down in ((0.2, 0.2), (0.8, 0.2), (0.2, 0.8), (0.8, 0.8)):
        _disc(draw, (across + shift[0]) * side, (down + shift[1]) * side, 0.07 * side, (35, 36, 40))
    kinds = () if number % 2 == 0 else (("scratch", "rust")[number // 2 % 2],)
    mask = Image.new("RGB", image.size, "#ffffff")
    for kind in kinds:
        (_scratch if kind == "scratch" else _rust)(draw, ImageDraw.Draw(mask), side, rng)
    return DrawnPicture(
        name,
        _photographed(image, rng),
        is_anomalous=bool(kinds),
        mask=mask.resize((SIDE, SIDE), Image.Resampling.NEAREST) if kinds else None,
        kinds=kinds,
    )


def _steel(rng: np.random.Generator) -> Image.Image:
    """Return brushed steel: long grain one way, fine noise, light from one side."""
    side = SIDE * FINE
    grain = rng.normal(0, 7, (side, 1)) + rng.normal(0, 5, (side, side))
    down, across = np.mgrid[0:side, 0:side] / side
    angle = rng.uniform(0, 2 * np.pi)
    light = rng.uniform(10, 30) * ((across - 0.5) * np.cos(angle) + (down - 0.5) * np.sin(angle))
    grey = rng.uniform(125, 165) + grain + light
    return Image.fromarray(np.repeat(np.clip(grey, 0, 255)[:, :, None], 3, 2).astype(np.uint8))


def _photographed(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Return it as a camera gives it: a little soft, a little noisy, at its final size."""
    small = image.resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    soft = small.filter(ImageFilter.GaussianBlur(rng.uniform(0, 0.6)))
    noisy = np.asarray(soft, np.float64) + rng.normal(0, 3, (SIDE, SIDE, 3))
    return Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8))


def _place(rng: np.random.Generator, least: float, most: float) -> tuple[float, float, float]:
    """Return a middle and a size, in shares."""
    size = rng.uniform(least, most)
    across, down = rng.uniform(size / 2 + 0.02, 0.98 - size / 2, 2)
    return across, down, size


def _apart(rng: np.random.Generator, count: int) -> list[tuple[float, float, float]]:
    """Return places in different quarters."""
    quarters = rng.permutation(4)[:count]
    places = []
    for quarter in quarters:
        size = rng.uniform(0.26, 0.38)
        right, low = rng.uniform(-0.04, 0.04, 2)
        across, down = 0.27 + 0.46 * (quarter % 2) + right, 0.27 + 0.46 * (quarter // 2) + low
        places.append((across, down, size))
    return places


def _put(image: Image.Image, part: str, place: tuple[float, float, float], rng: np.random.Generator) -> Box:
    """Draw a part, turned and lit at random; return the box around it."""
    across, down, size = place
    side = image.width
    x, y, radius = across * side, down * side, size * side / 2
    turn = rng.uniform(0, 2 * np.pi)
    shade = rng.uniform(0.75, 1.2)
    metal = tuple(int(min(255, value * shade)) for value in (176, 142, 84))
    dark = tuple(int(value * shade) for value in (70, 56, 36))
    draw = ImageDraw.Draw(image)
    _disc(draw, x + radius * 0.08, y + radius * 0.1, radius, (60, 60, 64))  # its shadow
    if part == "washer":
        _disc(draw, x, y, radius, metal)
        _disc(draw, x, y, radius * 0.55, (110, 110, 112))
    elif part == "nut":
        draw.polygon(_corners(x, y, radius, 6, turn), fill=metal, outline=dark)
        _disc(draw, x, y, radius * 0.48, (70, 70, 74))
    else:
        draw.polygon(_corners(x, y, radius, 6, turn), fill=metal, outline=dark)
        _disc(draw, x, y, radius * 0.72, tuple(min(255, value + 24) for value in metal))
        for way in (turn, turn + np.pi / 2):  # a cross slot
            dx, dy = 0.5 * radius * np.cos(way), 0.5 * radius * np.sin(way)
            draw.line((x - dx, y - dy, x + dx, y + dy), fill=dark, width=max(2, int(radius * 0.18)))
    edges = np.clip([across - size / 2, down - size / 2, across + size / 2, down + size / 2], 0, 1)
    return Box(float(edges[0]), float(edges[1]), float(edges[2] - edges[0]), float(edges[3] - edges[1]))


def _scratch(
    draw: ImageDraw.ImageDraw, mask: ImageDraw.ImageDraw, side: int, rng: np.random.Generator
) -> None:
    x, y = rng.uniform(0.35, 0.65, 2) * side
    angle, reach = rng.uniform(0, np.pi), rng.uniform(0.16, 0.26) * side
    bend = rng.normal(0, 0.04, 2) * side
    points = [
        (x - reach * np.cos(angle), y - reach * np.sin(angle)),
        (x + bend[0], y + bend[1]),
        (x + reach * np.cos(angle), y + reach * np.sin(angle)),
    ]
    width = max(3, side // 60)
    draw.line(points, fill=(232, 233, 238), width=width, joint="curve")
    mask.line(points, fill=COLORS["scratch"], width=width + 2, joint="curve")


def _rust(draw: ImageDraw.ImageDraw, mask: ImageDraw.ImageDraw, side: int, rng: np.random.Generator) -> None:
    x, y = rng.uniform(0.38, 0.62, 2) * side
    for _ in range(6):
        dx, dy = rng.normal(0, 0.035, 2) * side
        radius = rng.uniform(0.03, 0.06) * side
        tone = rng.uniform(0.8, 1.15)
        _disc(draw, x + dx, y + dy, radius, tuple(int(value * tone) for value in (122, 74, 42)))
        _disc(mask, x + dx, y + dy, radius, COLORS["rust"])


def _disc(draw: ImageDraw.ImageDraw, x: float, y: float, radius: float, fill: object) -> None:
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=fill)  # type: ignore[arg-type]


def _corners(x: float, y: float, radius: float, count: int, turn: float) -> Sequence[tuple[float, float]]:
    angles = turn + 2 * np.pi * np.arange(count) / count
    return [(float(x + radius * np.cos(a)), float(y + radius * np.sin(a))) for a in angles]
