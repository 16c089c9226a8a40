"""Four drawn surfaces with small, faint defects: brushed metal, a weave, concrete and a casting.

Biscuits and toy figures fill their pictures; what a factory shows is mostly texture, and the defect is a few
pixels that differ less from it than one place of it from another. So these: 384 px, lines of 2 or 3 pixels
and spots of 5 to 16, which change 22 to 60 grey values, where the metal itself has a deviation of 13 and the
weave one of 22. Concrete has cracks of 1 or 2 pixels that branch and end, and holes; a casting has pits of 3
to 8 pixels in clusters, and cold shuts. Everything follows from the seed; nothing of them is in a package.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter
from scipy import ndimage

from vedette.vision.annotations import Mask, Sample

SIDE = 384
Floats = npt.NDArray[np.float64]
Defect = Callable[[np.random.Generator], Image.Image]


def brushed(rng: np.random.Generator) -> Floats:
    """Return brushed metal: grain drawn out across, in bands, under uneven light."""
    grain = rng.normal(0, 1, (SIDE, SIDE + 80))
    lines = np.cumsum(grain, axis=1)
    lines = (lines[:, 80:] - lines[:, :-80]) / 9
    bands = np.repeat(rng.normal(0, 6, (SIDE // 8, 1)), 8, axis=0)
    y, x = np.mgrid[-1 : 1 : SIDE * 1j, -1 : 1 : SIDE * 1j]
    light = 18 * (rng.uniform(-1, 1) * x + rng.uniform(-1, 1) * y) - 10 * (x**2 + y**2)
    fine = rng.normal(0, 5, (SIDE, SIDE))
    return np.asarray(rng.uniform(120, 165) + 9 * lines + bands + light + fine)


def woven(rng: np.random.Generator) -> Floats:
    """Return a weave: threads across and down, each a little out of its place and of its own tone."""
    period = rng.uniform(9, 12)
    y, x = np.mgrid[:SIDE, :SIDE].astype(np.float64)
    bend = 1.5 * np.sin(x / rng.uniform(50, 90)) + 1.5 * np.sin(y / rng.uniform(50, 90))
    across, down = (y + bend) / period, (x + bend) / period
    count = int(SIDE / period) + 4
    tones = rng.normal(0, 9, (2, count))
    over = np.cos(np.pi * np.floor(across)) * np.cos(np.pi * np.floor(down)) > 0
    thread = np.where(over, np.abs(np.sin(np.pi * across)), np.abs(np.sin(np.pi * down)))
    tone = np.where(
        over, tones[0][np.floor(across).astype(int) + 1], tones[1][np.floor(down).astype(int) + 1]
    )
    return np.asarray(rng.uniform(85, 115) + 60 * thread + tone + rng.normal(0, 6, (SIDE, SIDE)))


def scratch(rng: np.random.Generator) -> Image.Image:
    """Return the place of a thin line of two or three pixels."""
    mask = Image.new("L", (SIDE, SIDE), 0)
    at, direction = rng.uniform(40, SIDE - 40, 2), rng.uniform(0, np.pi)
    points = [tuple(at)]
    for _ in range(int(rng.integers(4, 9))):
        direction += rng.normal(0, 0.25)
        at = at + 8 * np.array([np.cos(direction), np.sin(direction)])
        points.append(tuple(at))
    ImageDraw.Draw(mask).line(points, fill=255, width=int(rng.integers(2, 4)))
    return mask


def blob(rng: np.random.Generator) -> Image.Image:
    """Return the place of a pit or a stain of 5 to 16 pixels."""
    mask = Image.new("L", (SIDE, SIDE), 0)
    x, y = rng.uniform(24, SIDE - 24, 2)
    across, down = rng.uniform(2.5, 8, 2)
    ImageDraw.Draw(mask).ellipse((x - across, y - down, x + across, y + down), fill=255)
    return mask


def cloudy(rng: np.random.Generator, *, slope: float) -> Floats:
    """Return noise of all sizes, as large as a surface."""
    return spectral(rng, (SIDE, SIDE), slope=slope)


def spectral(rng: np.random.Generator, size: tuple[int, int], *, slope: float) -> Floats:
    """Return noise of all sizes, the larger the stronger, with a deviation of 1."""
    down, across = np.fft.fftfreq(size[0]), np.fft.fftfreq(size[1])
    radius = np.hypot(across[None], down[:, None])
    radius[0, 0] = 1.0
    spectrum = np.fft.fft2(rng.normal(0, 1, size)) / radius**slope
    noise = np.fft.ifft2(spectrum).real
    return np.asarray((noise - noise.mean()) / noise.std())


def concrete(rng: np.random.Generator) -> Floats:
    """Return concrete: clouds of all sizes, sand, and dark pores that are no defect."""
    pores = Image.new("L", (SIDE, SIDE), 0)
    for x, y in rng.uniform(0, SIDE, (int(rng.integers(30, 60)), 2)):
        radius = rng.uniform(0.6, 1.6)
        ImageDraw.Draw(pores).ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    dark = np.asarray(pores.filter(ImageFilter.GaussianBlur(0.6)), np.float64) / 255
    sand = rng.normal(0, 5, (SIDE, SIDE))
    return np.asarray(rng.uniform(130, 170) + 14 * cloudy(rng, slope=1.4) + sand - 45 * dark)


def cast(rng: np.random.Generator) -> Floats:
    """Return a casting: grains of one size, lit from a side, so that each has a bright and a dark flank."""
    grains = ndimage.uniform_filter(rng.normal(0, 1, (SIDE, SIDE)), 5, mode="wrap")
    slope = np.roll(grains, 2, 0) - np.roll(grains, -2, 1)
    return np.asarray(rng.uniform(95, 135) + 12 * slope / slope.std() + 10 * cloudy(rng, slope=1.0))


def crack(rng: np.random.Generator) -> Image.Image:
    """Return the place of a crack of one or two pixels that turns, and branches once."""
    mask = Image.new("L", (SIDE, SIDE), 0)
    at, direction = rng.uniform(60, SIDE - 60, 2), rng.uniform(0, np.pi)
    width = int(rng.integers(1, 3))
    for turn in (0.0, rng.choice([-1.0, 1.0]) * rng.uniform(0.5, 1.0)):
        way, points = direction + turn, [tuple(at)]
        place = at
        for _ in range(int(rng.integers(10, 20) if not turn else rng.integers(3, 8))):
            way += rng.normal(0, 0.35)
            place = place + 6 * np.array([np.cos(way), np.sin(way)])
            points.append(tuple(place))
        ImageDraw.Draw(mask).line(points, fill=255, width=width)
    return mask


def pits(rng: np.random.Generator) -> Image.Image:
    """Return the places of one to five pits of 3 to 8 pixels beside one another."""
    mask = Image.new("L", (SIDE, SIDE), 0)
    middle = rng.uniform(40, SIDE - 40, 2)
    for _ in range(int(rng.integers(1, 6))):
        x, y = middle + rng.normal(0, 12, 2)
        radius = rng.uniform(1.5, 4)
        ImageDraw.Draw(mask).ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    return mask


SURFACES: dict[str, tuple[Callable[[np.random.Generator], Floats], dict[str, Defect]]] = {
    "brushed metal": (brushed, {"scratch": scratch, "pit": blob}),
    "weave": (woven, {"cut": scratch, "stain": blob}),
    "concrete": (concrete, {"crack": crack, "hole": blob}),
    "casting": (cast, {"pits": pits, "cold shut": scratch}),
}
COLORS = ("#d62728", "#1f77b4")


def draw(surface: str, folder: Path, *, normal: int, anomalous: int, seed: int) -> list[Sample]:
    """Write so many pictures of a surface, and masks beside those with a defect; return them as samples."""
    folder.mkdir(parents=True)
    texture, defects = SURFACES[surface]
    names = list(defects)
    colors = dict(zip(COLORS, names, strict=True))
    samples = []
    for number in range(normal + anomalous):
        rng = np.random.default_rng([seed, number])
        pixels, path = texture(rng), folder / f"{number:04}.png"
        mask = None
        if number >= normal:
            kind = (number - normal) % len(names)
            place = defects[names[kind]](rng)
            pixels = spoilt(pixels, place, rng)
            mask = write_mask(place, COLORS[kind], colors, folder / f"{number:04}.mask.png")
        grey = np.clip(pixels, 0, 255).astype(np.uint8)
        Image.fromarray(grey).convert("RGB").save(path)
        samples.append(Sample(path, is_anomalous=mask is not None, mask=mask, source=path.name))
    return samples


def spoilt(pixels: Floats, place: Image.Image, rng: np.random.Generator) -> Floats:
    """Return the texture with a defect, darker or lighter, its edge soft."""
    share = np.asarray(place.filter(ImageFilter.GaussianBlur(0.8)), np.float64) / 255
    change = rng.choice([-1.0, 1.0]) * rng.uniform(22, 60)
    return np.asarray(pixels + share * change)


def write_mask(place: Image.Image, color: str, colors: dict[str, str], path: Path) -> Mask:
    """Write a mask in the colours of the manifests, white where nothing is."""
    mask = Image.new("RGB", place.size, "#ffffff")
    mask.paste(color, mask=place.point(lambda value: 255 if value > 127 else 0))
    mask.save(path)
    return Mask(path, colors)
