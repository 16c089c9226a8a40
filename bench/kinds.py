"""Sets of kinds that no recipe was built on, drawn by code: what `bench.learn_kinds` trains with.

A set is a training and a test part of samples; the seed makes them what they are. Nobody chooses anything by
them: they show where the choice by cross-validation fails.
"""

import string
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from vedette.vision.annotations import Sample

Rng = np.random.Generator
Draw = Callable[[str, Rng], Image.Image]


@dataclass(frozen=True, slots=True)
class Kind:
    """A set: what it is called, and its two parts."""

    name: str
    train: list[Sample]
    test: list[Sample]


def ground(rng: Rng, width: int, height: int, *, grey: bool = False) -> Image.Image:
    """A blurred, uneven, grainy background."""
    coarse = rng.uniform(60, 200, 3) + rng.normal(0, 18, (4, 4, 3))
    image = Image.fromarray(np.clip(coarse, 0, 255).astype(np.uint8))
    smooth = np.asarray(image.resize((width, height), Image.Resampling.BICUBIC), np.float64)
    pixels = np.clip(smooth + rng.normal(0, 6, (height, width, 3)), 0, 255).astype(np.uint8)
    pictures = Image.fromarray(pixels)
    return pictures.convert("L").convert("RGB") if grey else pictures


def disc(draw: ImageDraw.ImageDraw, x: float, y: float, r: float, fill: tuple[int, ...]) -> None:
    draw.ellipse((x - r, y - r, x + r, y + r), fill=fill)


def color(rng: Rng) -> tuple[int, ...]:
    return tuple(int(v) for v in rng.integers(0, 255, 3))


def texture(label: str, rng: Rng) -> Image.Image:
    """Weaves that differ by a fifth in how fine they are, or by 20 degrees in how they run."""
    number = int(label[-1])
    angle = np.radians((0, 20, 0, 20, 40)[number] + rng.normal(0, 3))
    period = (8, 8, 9.6, 9.6, 8)[number] * rng.uniform(0.97, 1.03)
    y, x = np.mgrid[:256, :256]
    across, along = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    wave = np.sin(2 * np.pi * across / period + rng.uniform(0, 6)) * np.sin(2 * np.pi * along / period / 1.5)
    grey = 128 + rng.normal(0, 10) + rng.uniform(25, 45) * wave + rng.normal(0, 14, (256, 256))
    return Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8)).convert("RGB")


def hue(label: str, rng: Rng) -> Image.Image:
    """Discs alike but for their colour, in uneven light."""
    image = ground(rng, 160, 160)
    base = {"amber": (200, 140, 40), "orange": (205, 115, 40), "ochre": (180, 130, 60), "red": (205, 90, 50)}
    lit = np.array(base[label]) * rng.uniform(0.8, 1.15) + rng.normal(0, 4, 3)
    fill = tuple(int(v) for v in np.clip(lit, 0, 255))
    disc(ImageDraw.Draw(image), *rng.uniform(60, 100, 2), rng.uniform(25, 40), fill)
    return image


def place(label: str, rng: Rng) -> Image.Image:
    """The same disc, in one quarter of the picture or another."""
    image = ground(rng, 200, 200)
    x, y = {"lt": (50, 50), "rt": (150, 50), "lb": (50, 150), "rb": (150, 150)}[label]
    disc(
        ImageDraw.Draw(image), *(np.array([x, y]) + rng.uniform(-30, 30, 2)), rng.uniform(12, 22), color(rng)
    )
    return image


def count(label: str, rng: Rng) -> Image.Image:
    """One to five discs that do not touch."""
    image = ground(rng, 200, 200)
    draw, fill = ImageDraw.Draw(image), color(rng)
    cells = rng.permutation(9)[: int(label)]
    for cell in cells:
        middle = np.array([cell % 3, cell // 3]) * 62 + 38 + rng.uniform(-10, 10, 2)
        disc(draw, *middle, rng.uniform(12, 20), fill)
    return image


def arrow(label: str, rng: Rng) -> Image.Image:
    """An arrow that points somewhere."""
    side = 240
    image = ground(rng, side, side)
    draw = ImageDraw.Draw(image)
    angle = {"right": 0.0, "down": 90.0, "left": 180.0, "up": 270.0}[label] + rng.normal(0, 12)
    ahead = np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))])
    beside = np.array([-ahead[1], ahead[0]])
    middle, far = rng.uniform(85, 155, 2), rng.uniform(45, 65)
    head, fill = middle + ahead * far, color(rng)
    draw.line((*(middle - ahead * far), *head), fill=fill, width=10)
    corners = [head + ahead * 14, head + beside * 22 - ahead * 16, head - beside * 22 - ahead * 16]
    draw.polygon([tuple(corner) for corner in corners], fill=fill)
    return image.resize((160, 160), Image.Resampling.LANCZOS)


def glyph(label: str, rng: Rng) -> Image.Image:
    """A letter or a figure of 64 px, turned and slanted."""
    image = Image.new("L", (96, 96), 0)
    font = ImageFont.load_default(rng.uniform(44, 62))
    ImageDraw.Draw(image).text((48, 48), label[-1], fill=255, font=font, anchor="mm")
    image = image.rotate(rng.normal(0, 8), Image.Resampling.BILINEAR)
    shear = rng.normal(0, 0.12)
    image = image.transform((64, 64), Image.Transform.AFFINE, (1, shear, 16 - 32 * shear, 0, 1, 16))
    under = ground(rng, 64, 64)
    ink = Image.new("RGB", (64, 64), tuple(int(v) for v in rng.integers(0, 50, 3)))
    return Image.composite(ink, under, image)


def weld(label: str, rng: Rng) -> Image.Image:
    """A seam; a bad one has a small gap."""
    image = ground(rng, 320, 160, grey=True)
    draw = ImageDraw.Draw(image)
    y, gap = rng.uniform(60, 100), rng.uniform(60, 260)
    for x in np.arange(10, 310, 6):
        if label == "bad" and abs(x - gap) < 12:
            continue
        shade = int(rng.uniform(190, 240))
        disc(draw, x, y + rng.normal(0, 1.2), 8 + rng.normal(0, 0.6), (shade, shade, shade))
    return image.filter(ImageFilter.GaussianBlur(0.8))


def mark(label: str, rng: Rng) -> Image.Image:
    """A stamp of 90 px somewhere on a sheet of 3000 x 2200."""
    image = ground(rng, 750, 550).resize((3000, 2200), Image.Resampling.BILINEAR)
    draw = ImageDraw.Draw(image)
    x, y = rng.uniform(0.1, 0.9, 2) * (3000, 2200)
    fill = (20, 30, 90)
    if label == "ring":
        draw.ellipse((x - 45, y - 45, x + 45, y + 45), outline=fill, width=14)
    else:
        draw.line((x - 45, y - 45, x + 45, y + 45), fill=fill, width=14)
        draw.line((x - 45, y + 45, x + 45, y - 45), fill=fill, width=14)
    return image


def shape(label: str, rng: Rng) -> Image.Image:
    """Shapes in grey pictures, upright or across, of any size."""
    wide, high = (int(v) for v in rng.integers(90, 420, 2))
    image = ground(rng, wide, high, grey=True)
    draw = ImageDraw.Draw(image)
    r = min(wide, high) * rng.uniform(0.22, 0.36)
    x, y = rng.uniform(r, wide - r), rng.uniform(r, high - r)
    shade = int(rng.integers(0, 255))
    corners = {"triangle": 3, "square": 4, "pentagon": 5, "hexagon": 6}[label]
    draw.regular_polygon((x, y, r), corners, rotation=float(rng.uniform(0, 360)), fill=(shade,) * 3)
    return image


ICONS = ("bolt", "nut", "ring", "bar", "star")


def icons(labels: Sequence[str], rng: Rng) -> Image.Image:
    """Several small things on one tray."""
    image = ground(rng, 260, 260)
    draw = ImageDraw.Draw(image)
    cells = rng.permutation(9)
    for label, cell in zip(labels, cells, strict=False):
        x, y = np.array([cell % 3, cell // 3]) * 82 + 48 + rng.uniform(-10, 10, 2)
        turn, fill = float(rng.uniform(0, 360)), color(rng)
        if label == "bolt":
            draw.regular_polygon((x, y, 20), 6, rotation=turn, fill=fill)
        elif label == "nut":
            draw.regular_polygon((x, y, 22), 4, rotation=turn, fill=fill)
            disc(draw, x, y, 8, (90, 90, 90))
        elif label == "ring":
            draw.ellipse((x - 20, y - 20, x + 20, y + 20), outline=fill, width=6)
        elif label == "bar":
            dx, dy = 24 * np.cos(np.radians(turn)), 24 * np.sin(np.radians(turn))
            draw.line((x - dx, y - dy, x + dx, y + dy), fill=fill, width=10)
        else:
            for angle in range(0, 180, 36):
                dx, dy = 22 * np.cos(np.radians(turn + angle)), 22 * np.sin(np.radians(turn + angle))
                draw.line((x - dx, y - dy, x + dx, y + dy), fill=fill, width=4)
    return image


def board(rng: Rng, *, defect: str = "", mode: int = 0) -> Image.Image:
    """A board of parts, normal in two modes; a defect: "tiny", "shift", "missing", "turned", "foreign"."""
    base = np.array(((52, 96, 70), (70, 70, 110))[mode]) * rng.uniform(0.93, 1.07)
    tint = np.array((18.0, -14.0, 10.0)) if defect == "shift" else np.zeros(3)
    pixels = base + tint + rng.normal(0, 4, (240, 320, 1)) + rng.normal(0, 2, (240, 320, 3))
    image = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    shift = rng.normal(0, 2, 2)
    spots = ((60, 60), (160, 60), (260, 60), (60, 170), (160, 170), (260, 170))
    hit = int(rng.integers(len(spots)))
    for number, spot in enumerate(spots):
        x, y = np.array(spot) + shift
        is_hit = number == hit
        if defect == "missing" and is_hit:
            continue
        half = (26, 15) if mode == 0 else (18, 18)
        draw.rectangle((x - half[0], y - half[1], x + half[0], y + half[1]), fill=(28, 28, 30))
        side = -1 if defect == "turned" and is_hit else 1
        disc(draw, x - side * half[0] * 0.65, y - half[1] * 0.5, 4, (210, 210, 200))
        for pin in (-0.6, 0.0, 0.6):
            for edge in (-1, 1):
                px, py = x + pin * half[0], y + edge * (half[1] + 4)
                draw.rectangle((px - 3, py - 4, px + 3, py + 4), fill=(190, 190, 180))
    if defect == "tiny":
        x, y = rng.uniform(20, 300), rng.uniform(100, 130)
        disc(draw, x, y, 2.5, (200, 190, 150))
    elif defect == "foreign":
        x, y = rng.uniform(30, 290), rng.uniform(105, 125)
        draw.line((x - 14, y - 4, x + 14, y + 5), fill=(150, 60, 40), width=4)
    return image


def labelled(
    folder: Path, labels: Sequence[str], per_label: Sequence[int], draw: Draw, seed: int
) -> list[Sample]:
    """Return so many pictures of every label."""
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True)
    samples = []
    for label, many in zip(labels, per_label, strict=True):
        for number in range(many):
            path = folder / f"{label}-{number}.jpg"
            draw(label, rng).save(path, quality=92)
            samples.append(Sample(path, (label,)))
    return samples


def plain(
    folder: Path, name: str, labels: Sequence[str], draw: Draw, *, per_label: int = 10, test: int = 25
) -> Kind:
    """Return a set of one label a picture."""
    some = [per_label] * len(labels), [test] * len(labels)
    parts = [labelled(folder / name / str(i), labels, part, draw, i) for i, part in enumerate(some)]
    return Kind(name, *parts)


def wrong(kind: Kind, share: float) -> Kind:
    """Return the set with a share of its training labels wrong."""
    rng = np.random.default_rng(7)
    labels = sorted({label for sample in kind.train for label in sample.labels})
    spoilt = set(rng.permutation(len(kind.train))[: round(share * len(kind.train))].tolist())
    train = [
        Sample(s.picture, (labels[(labels.index(s.labels[0]) + 1) % len(labels)],)) if i in spoilt else s
        for i, s in enumerate(kind.train)
    ]
    return Kind(kind.name, train, kind.test)


def trays(folder: Path, name: str, chances: Sequence[float], *, pairs: bool, many: int, test: int) -> Kind:
    """Return a set of several labels a picture; with `pairs` the second mostly comes with the first."""
    parts = []
    for seed, size in enumerate((many, test)):
        rng = np.random.default_rng(seed)
        (folder / name / str(seed)).mkdir(parents=True)
        samples = []
        for number in range(size):
            shown = [icon for icon, chance in zip(ICONS, chances, strict=True) if rng.random() < chance]
            if pairs:
                shown = [icon for icon in shown if icon != "nut"]
                shown += ["nut"] if rng.random() < (0.85 if "bolt" in shown else 0.1) else []
            path = folder / name / str(seed) / f"{number}.jpg"
            icons(shown or ["ring"], rng).save(path, quality=92)
            samples.append(Sample(path, tuple(shown or ["ring"])))
        parts.append(samples)
    return Kind(name, *parts)


def boards(folder: Path, name: str, defects: Sequence[str], *, modes: float = 0.0, names: int = 0) -> Kind:
    """Return a set of normal boards and of some with a defect, of which the training part may know a few."""
    parts = []
    for seed, (normal, bad) in enumerate(((20, names), (30, 30))):
        rng = np.random.default_rng(seed)
        (folder / name / str(seed)).mkdir(parents=True)
        samples = []
        for number in range(normal + bad):
            defect = "" if number < normal else defects[number % len(defects)]
            path = folder / name / str(seed) / f"{number}.png"
            mode = int(rng.random() < modes)
            board(rng, defect=defect, mode=mode).save(path)
            samples.append(Sample(path, is_anomalous=bool(defect)))
        parts.append(samples)
    return Kind(name, *parts)


def digits(folder: Path, *, per_label: int = 10, test: int = 30) -> Kind:
    """Return handwritten figures of 8 px, enlarged to 28: real ones, which come with scikit-learn."""
    from sklearn.datasets import load_digits

    result = load_digits()
    return arrays(folder, "digits-28px", result.images * 16.0, result.target, per_label=per_label, test=test)


def arrays(
    folder: Path,
    name: str,
    pictures: npt.NDArray[np.floating],
    targets: npt.NDArray[np.integer],
    *,
    per_label: int,
    test: int,
) -> Kind:
    """Return a set of grey arrays: the first `each` of a label train, the next test."""
    parts: tuple[list[Sample], list[Sample]] = [], []
    for part in (0, 1):
        (folder / name / str(part)).mkdir(parents=True)
    for target in np.unique(targets):
        for place_, row in enumerate(np.flatnonzero(targets == target)[: per_label + test]):
            path = folder / name / str(int(place_ >= per_label)) / f"{target}-{row}.png"
            image = Image.fromarray(np.clip(pictures[row], 0, 255).astype(np.uint8))
            image.resize((28, 28), Image.Resampling.BICUBIC).save(path)
            parts[int(place_ >= per_label)].append(Sample(path, (f"digit-{target}",)))
    return Kind(name, *parts)


def unbalanced(folder: Path) -> Kind:
    """Return welds: 200 good ones and 8 bad to train with, as many of each to test with."""
    parts = [
        labelled(folder / "welds-200-8" / str(i), ("good", "bad"), per_label, weld, i)
        for i, per_label in enumerate(((200, 8), (60, 60)))
    ]
    return Kind("welds-200-8", *parts)


def kinds(folder: Path) -> dict[str, Callable[[], Kind]]:
    """Return every set by its name, drawn when it is called."""
    glyphs = [f"glyph-{letter}" for letter in string.ascii_uppercase + "0123456789abde"]
    shapes = ("triangle", "square", "pentagon", "hexagon")
    return {
        "textures": lambda: plain(
            folder, "textures", [f"weave-{i}" for i in range(5)], texture, per_label=12
        ),
        "hues": lambda: plain(folder, "hues", ("amber", "orange", "ochre", "red"), hue),
        "places": lambda: plain(folder, "places", ("lt", "rt", "lb", "rb"), place),
        "counts": lambda: plain(folder, "counts", tuple("12345"), count),
        "arrows": lambda: plain(folder, "arrows", ("right", "down", "left", "up"), arrow),
        "glyphs-40-labels": lambda: plain(folder, "glyphs-40-labels", glyphs, glyph, per_label=6, test=8),
        "welds-200-8": lambda: unbalanced(folder),
        "marks-3000px": lambda: plain(folder, "marks-3000px", ("ring", "cross"), mark, per_label=12, test=12),
        "grey-shapes": lambda: plain(folder, "grey-shapes", shapes, shape, per_label=12),
        "wrong-labels": lambda: wrong(plain(folder, "wrong-labels", shapes, shape, per_label=20), 0.1),
        "digits-28px": lambda: digits(folder),
        "trays-rare": lambda: trays(
            folder, "trays-rare", (0.5, 0.4, 0.25, 0.1, 0.06), pairs=False, many=100, test=100
        ),
        "trays-pairs": lambda: trays(
            folder, "trays-pairs", (0.5, 0.5, 0.3, 0.3, 0.2), pairs=True, many=60, test=100
        ),
        "boards-tiny": lambda: boards(folder, "boards-tiny", ("tiny",)),
        "boards-shift": lambda: boards(folder, "boards-shift", ("shift",)),
        "boards-missing": lambda: boards(folder, "boards-missing", ("missing",)),
        "boards-turned": lambda: boards(folder, "boards-turned", ("turned",)),
        "boards-two-modes": lambda: boards(folder, "boards-two-modes", ("missing", "foreign"), modes=0.25),
        "boards-8-known": lambda: boards(
            folder, "boards-8-known", ("tiny", "missing", "turned", "foreign"), names=8
        ),
    }


def each_of(samples: Sequence[Sample]) -> Iterator[str]:
    """Yield every label of the samples."""
    for sample in samples:
        yield from sample.labels
