"""Pictures with boxes, drawn by code: shapes on uneven ground, many small ones, and logos."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from vedette.vision.annotations import Box, Sample

SHAPES = ("disc", "square", "cross")


def draw_scene(
    rng: np.random.Generator, *, shapes: Sequence[str], side: int, span: tuple[float, float]
) -> tuple[Image.Image, list[tuple[str, Box]]]:
    """Return a picture of shapes that lie apart, and their boxes; `span` bounds their size in shares."""
    image = _ground(rng, side)
    draw = ImageDraw.Draw(image)
    boxes: list[tuple[str, Box]] = []
    for shape in shapes:
        for _ in range(50):
            size = rng.uniform(*span)
            left, top = rng.uniform(0, 1 - size, 2)
            if all(_apart((left, top, size), box) for _, box in boxes):
                break
        else:
            continue
        paint(draw, shape, (left * side, top * side, (left + size) * side, (top + size) * side), rng)
        boxes.append((shape, Box(left, top, size, size)))
    return image, boxes


def paint(draw: ImageDraw.ImageDraw, shape: str, edges: tuple[float, ...], rng: np.random.Generator) -> None:
    """Draw one shape into its box, in a colour that stands out."""
    fill = tuple(int(v) for v in rng.choice([20, 235], 3))
    left, top, right, bottom = edges
    if shape == "disc":
        draw.ellipse(edges, fill=fill, outline=(128, 128, 128))
    elif shape == "square":
        draw.rectangle(edges, fill=fill, outline=(128, 128, 128))
    else:
        width = max(2, int((right - left) / 4))
        draw.line((left, (top + bottom) / 2, right, (top + bottom) / 2), fill=fill, width=width)
        draw.line(((left + right) / 2, top, (left + right) / 2, bottom), fill=fill, width=width)


def write_scenes(
    folder: Path,
    count: int,
    *,
    seed: int = 0,
    names: Sequence[str] = SHAPES,
    most: int = 3,
    side: int = 128,
    span: tuple[float, float] = (0.2, 0.4),
    empty: int = 0,
) -> list[Sample]:
    """Write pictures of one to `most` shapes, and `empty` ones with none; return their samples."""
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    samples = []
    for number in range(count + empty):
        shapes = rng.choice(names, int(rng.integers(1, most + 1))) if number < count else []
        image, boxes = draw_scene(rng, shapes=list(shapes), side=side, span=span)
        path = folder / f"{number:03d}.png"
        image.save(path)
        samples.append(Sample(path, boxes=tuple((str(label), box) for label, box in boxes)))
    return samples


def _ground(rng: np.random.Generator, side: int) -> Image.Image:
    coarse = rng.uniform(90, 160, 3) + rng.normal(0, 25, (5, 5, 3))
    image = Image.fromarray(np.clip(coarse, 0, 255).astype(np.uint8))
    smooth = np.asarray(image.resize((side, side), Image.Resampling.BICUBIC), np.float64)
    return Image.fromarray(np.clip(smooth + rng.normal(0, 8, (side, side, 3)), 0, 255).astype(np.uint8))


def _apart(circle: tuple[float, float, float], other: Box) -> bool:
    left, top, size = circle
    across = left + size < other.left or other.left + other.width < left
    down = top + size < other.top or other.top + other.height < top
    return across or down


LOGOS = ("ring", "bars")


def draw_logo(label: str, *, side: int = 120) -> Image.Image:
    """Return a logo alone, on its own white."""
    image = Image.new("RGB", (side, side), "white")
    draw = ImageDraw.Draw(image)
    tenth = side / 12
    if label == "ring":
        draw.ellipse((tenth, tenth, 11 * tenth, 11 * tenth), outline="#cc2200", width=int(side * 0.18))
    else:
        for x in (1, 5, 9):
            draw.rectangle((x * tenth, tenth, (x + 2) * tenth, 11 * tenth), fill="#0033aa")
    return image


def write_logos(folder: Path, labels: Sequence[str] = LOGOS) -> list[Sample]:
    """Write one picture of each logo; return them with their labels."""
    folder.mkdir(parents=True, exist_ok=True)
    for label in labels:
        draw_logo(label).save(folder / f"{label}.png")
    return [Sample(folder / f"{label}.png", labels=(label,)) for label in labels]


def write_places(folder: Path, count: int, *, seed: int = 0, side: int = 320) -> list[Sample]:
    """Write pictures in which logos hang among other coloured things; return them with the logos' boxes."""
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    samples = []
    for number in range(count):
        # Discs and crosses in strong colours are no logos, and must not be taken for any.
        image, others = draw_scene(rng, shapes=["disc", "cross"], side=side, span=(0.1, 0.25))
        used, boxes = [box for _, box in others], []
        for label in rng.permutation(LOGOS)[: int(rng.integers(1, 3))]:
            size = int(rng.uniform(0.18, 0.4) * side)
            for _ in range(50):
                left, top = (int(value) for value in rng.integers(0, side - size, 2))
                share = (left / side, top / side, size / side)
                if all(_apart(share, box) for box in used):
                    image.paste(draw_logo(str(label)).resize((size, size)), (left, top))
                    used.append(Box(share[0], share[1], share[2], share[2]))
                    boxes.append((str(label), used[-1]))
                    break
        image.save(folder / f"{number:03d}.png")
        samples.append(Sample(folder / f"{number:03d}.png", boxes=tuple(boxes)))
    return samples
