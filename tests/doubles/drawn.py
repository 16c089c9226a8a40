"""Pictures drawn by code, for tests and benchmarks: labelled sets of every kind, as folders.

draw_plain      a few labels that a probe tells apart: discs, squares, crosses on noise
draw_gestures   ten hands by which fingers they show: the backbone knows no such thing, a probe fails
draw_normal     a machined plate; with a defect where one is asked for
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

PLAIN = ("cross", "disc", "square")
# Thumb to little finger; the ten gestures of counting, signs and a fist.
GESTURES = {
    "fist": "00000",
    "thumb": "10000",
    "one": "01000",
    "little": "00001",
    "two": "01100",
    "horns": "01001",
    "call": "10001",
    "three": "01110",
    "four": "01111",
    "five": "11111",
}


def _ground(rng: np.random.Generator, side: int) -> Image.Image:
    """A blurred, uneven background of any colour."""
    coarse = rng.uniform(40, 215, 3) + rng.normal(0, 35, (4, 4, 3))
    image = Image.fromarray(np.clip(coarse, 0, 255).astype(np.uint8))
    grain = rng.normal(0, 6, (side, side, 3))
    smooth = np.asarray(image.resize((side, side), Image.Resampling.BICUBIC), np.float64)
    return Image.fromarray(np.clip(smooth + grain, 0, 255).astype(np.uint8))


def draw_plain(label: str, rng: np.random.Generator, *, side: int = 96) -> Image.Image:
    """A shape of any colour, place and size."""
    image = _ground(rng, side)
    draw = ImageDraw.Draw(image)
    radius = rng.uniform(0.2, 0.32) * side
    x, y = rng.uniform(0.4, 0.6, 2) * side
    color = tuple(int(v) for v in rng.integers(0, 255, 3))
    if label == "disc":
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=color)
    elif label == "square":
        draw.rectangle((x - radius, y - radius, x + radius, y + radius), fill=color)
    else:
        width = max(3, int(radius / 3))
        draw.line((x - radius, y - radius, x + radius, y + radius), fill=color, width=width)
        draw.line((x - radius, y + radius, x + radius, y - radius), fill=color, width=width)
    return image


def draw_gesture(label: str, rng: np.random.Generator, *, side: int = 100) -> Image.Image:
    """A hand that shows the gesture's fingers, turned and lit at random."""
    scale = 3  # drawn large and reduced, for smooth edges
    image = _ground(rng, side).resize((side * scale, side * scale))
    draw = ImageDraw.Draw(image)
    unit = side * scale * rng.uniform(0.15, 0.19)
    middle = np.array([0.5, 0.6]) * side * scale + rng.normal(0, 0.04, 2) * side * scale
    skin = np.array([205, 160, 130]) * rng.uniform(0.6, 1.1) + rng.normal(0, 12, 3)
    turn = rng.normal(0, 0.18)
    stroke = lambda a, b, width, shade: _limb(draw, a, b, width, skin * shade)  # noqa: E731
    place = lambda angle, far: middle + far * unit * np.array([np.sin(angle + turn), -np.cos(angle + turn)])  # noqa: E731
    stroke(middle, place(np.pi, 3.5), unit * 1.1, 0.92)
    stroke(place(-0.5, 0.35), place(0.5, 0.35), unit * 1.5, 1.0)
    for finger, is_shown in enumerate(GESTURES[label]):
        angle = (-1.15, -0.42, -0.12, 0.17, 0.48)[finger] + rng.normal(0, 0.04)
        reach = (1.75, 2.2, 2.35, 2.2, 1.9)[finger] * rng.uniform(0.93, 1.07) if is_shown == "1" else 1.05
        stroke(place(angle, 0.6), place(angle, reach), unit * 0.36, 0.96 if is_shown == "1" else 0.85)
    small = image.resize((side, side), Image.Resampling.LANCZOS)
    return small.filter(ImageFilter.GaussianBlur(rng.uniform(0, 0.7)))


def _limb(draw: ImageDraw.ImageDraw, a, b, width: float, color) -> None:
    fill = tuple(int(np.clip(v, 0, 255)) for v in color)
    edge = tuple(int(v * 0.72) for v in fill)
    for thick, paint in ((width * 1.14, edge), (width, fill)):
        draw.line((*a, *b), fill=paint, width=max(1, round(thick)))
        for x, y in (a, b):
            draw.ellipse((x - thick / 2, y - thick / 2, x + thick / 2, y + thick / 2), fill=paint)


def draw_plate(
    rng: np.random.Generator, *, defect: str = "", side: int = 128, share: float = 0.08
) -> Image.Image:
    """A brushed plate with four holes; `defect` is "", "scratch", "stain" or "missing" (a hole)."""
    grain = rng.normal(0, 9, (side, 1)) + rng.normal(0, 4, (side, side))
    plate = np.clip(150 + rng.normal(0, 5) + grain, 0, 255)
    image = Image.fromarray(np.repeat(plate[..., None], 3, 2).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    shift = rng.normal(0, 0.01, 2)
    holes = [(0.22, 0.22), (0.78, 0.22), (0.22, 0.78), (0.78, 0.78)]
    missing = int(rng.integers(4)) if defect == "missing" else -1
    for number, at in enumerate(holes):
        if number == missing:
            continue
        x, y = (np.array(at) + shift) * side
        radius = 0.07 * side
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=(45, 45, 50))
    x, y = rng.uniform(0.35, 0.65, 2) * side
    size = share * side
    if defect == "scratch":
        angle = rng.uniform(0, np.pi)
        dx, dy = 2 * size * np.cos(angle), 2 * size * np.sin(angle)
        draw.line((x - dx, y - dy, x + dx, y + dy), fill=(230, 230, 235), width=max(2, side // 60))
    elif defect == "stain":
        draw.ellipse((x - size, y - size * 0.7, x + size, y + size * 0.7), fill=(120, 85, 60))
    return image


def write_set(
    folder: Path,
    labels: Sequence[str],
    per_label: int,
    *,
    draw=draw_plain,
    seed: int = 0,
    suffix: str = "png",
) -> Path:
    """Write `each` pictures of every label into subfolders; the seed makes them what they are."""
    rng = np.random.default_rng(seed)
    for label in labels:
        place = folder / label
        place.mkdir(parents=True, exist_ok=True)
        for number in range(per_label):
            draw(label, rng).save(place / f"{number:03}.{suffix}")
    return folder


def write_plates(folder: Path, *, normal: int, anomalous: int, seed: int = 0, side: int = 128) -> Path:
    """Write an anomaly set: normal/ and anomaly/, the defects in turn."""
    rng = np.random.default_rng(seed)
    (folder / "normal").mkdir(parents=True, exist_ok=True)
    for number in range(normal):
        draw_plate(rng, side=side).save(folder / "normal" / f"{number:03}.png")
    if anomalous:
        (folder / "anomaly").mkdir(exist_ok=True)
    for number in range(anomalous):
        defect = ("scratch", "stain", "missing")[number % 3]
        draw_plate(rng, defect=defect, side=side).save(folder / "anomaly" / f"{number:03}.png")
    return folder
