"""Draw docs/pictures/findings.jpg: real findings of models that are trained here and now, on drawn pictures.

Four models learn (budget `fast`) from the example sets of `vedette demo`; each is then shown one fresh
picture, the first of another seed that holds what its column is about. Above stands the picture, below
what the model says of it. No picture is chosen by how well it went.
`python tools/draw_findings_picture.py` repeats it, in two or three minutes.
"""

import dataclasses
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

import vedette
from vedette.vision.annotations import Mask, Sample
from vedette.vision.draw import draw_findings, draw_heatmap
from vedette.vision.drawn_sets import COLORS, DrawnPicture, draw_set

PLACE = Path(__file__).parent.parent / "docs" / "pictures" / "findings.jpg"
TILE, GAP, CAPTION = 288, 8, 26
FRESH_SEED = 77


@dataclass(frozen=True, slots=True)
class Panel:
    """One column: what is learnt, from how many pictures, what the fresh one holds, how it is shown."""

    kind: str
    count: int
    caption: str
    holds: Callable[[DrawnPicture], bool]
    show: Callable[[Image.Image, vedette.Answer, vedette.Model], Image.Image]


def show_heatmap(image: Image.Image, answer: vedette.Answer, model: vedette.Model) -> Image.Image:
    """The verdict of the whole picture, and where its evidence lies."""
    heatmap = answer.heatmap
    if heatmap is None:
        raise SystemExit("The model gave no heat map.")
    verdict = answer.is_anomalous
    if verdict is None:
        return draw_findings(draw_heatmap(image, heatmap), answer.findings[:1], labels=model.labels)
    caption = f"{'anomaly' if verdict else 'normal'} {answer.confidence:.0%}"
    return draw_findings(draw_heatmap(image, heatmap), (), labels=model.labels, caption=caption)


def show_places(image: Image.Image, answer: vedette.Answer, model: vedette.Model) -> Image.Image:
    """Boxes or a mask, as `vedette detect --draw` shows them."""
    return draw_findings(image, answer.findings, labels=model.labels, mask=answer.mask, colors=COLORS)


PANELS = (
    Panel(
        "anomaly",
        60,
        "normal or not: 60 pictures, no mask",
        lambda drawn: "scratch" in drawn.kinds,
        show_heatmap,
    ),
    Panel(
        "segmentation", 96, "where the flaw is: 96 pictures", lambda drawn: "rust" in drawn.kinds, show_places
    ),
    Panel(
        "detection",
        60,
        "which parts lie where: 60 pictures",
        lambda drawn: len(drawn.boxes or ()) == 3,
        show_places,
    ),
    Panel(
        "classification",
        36,
        "which part it is: 36 pictures",
        lambda drawn: drawn.labels == ("nut",),
        show_heatmap,
    ),
)


def write_samples(kind: str, count: int, folder: Path) -> list[Sample]:
    """Draw a training set into a folder."""
    folder.mkdir()
    return [as_sample(pictures, kind, folder) for pictures in draw_set(kind, count, seed=1)]


def as_sample(pictures: DrawnPicture, kind: str, folder: Path) -> Sample:
    """Write one drawn picture, and its mask where masks are learnt from."""
    picture, mask = folder / pictures.name, None
    pictures.image.save(picture)
    if kind == "segmentation" and pictures.mask is not None:
        pictures.mask.save(folder / f"mask-{pictures.name}")
        mask = Mask(folder / f"mask-{pictures.name}", {COLORS[name]: name for name in pictures.kinds})
    return Sample(picture, pictures.labels, pictures.boxes, pictures.is_anomalous, mask)


def fresh_picture(panel: Panel) -> DrawnPicture:
    """The first picture of a seed nothing was learnt from that holds what the panel is about."""
    return next(pictures for pictures in draw_set(panel.kind, 12, seed=FRESH_SEED) if panel.holds(pictures))


def draw_panel(panel: Panel, folder: Path) -> Image.Image:
    """Train, look at a fresh picture, and draw the column."""
    samples = write_samples(panel.kind, panel.count, folder / panel.kind)
    vedette.train(samples, out=folder / f"{panel.kind}.model", budget="fast")
    model = vedette.load(folder / f"{panel.kind}.model")
    image = fresh_picture(panel).image.convert("RGB")
    answer = model.detect(image, heatmap=True)
    # Drawn at the size at which it is printed, so that the writing is sharp.
    large = image.resize((TILE, TILE), Image.Resampling.LANCZOS)
    shown = panel.show(large, resize_mask(answer), model)
    column = Image.new("RGB", (TILE, 2 * TILE + GAP + CAPTION), "#ffffff")
    column.paste(large, (0, CAPTION))
    column.paste(shown, (0, CAPTION + TILE + GAP))
    ImageDraw.Draw(column).text((2, 4), panel.caption, fill="#000000", font=ImageFont.load_default(15))
    return column


def resize_mask(answer: vedette.Answer) -> vedette.Answer:
    """The answer with its mask at the size of a tile."""
    if answer.mask is None:
        return answer
    mask = Image.fromarray(answer.mask).resize((TILE, TILE), Image.Resampling.NEAREST)
    return dataclasses.replace(answer, mask=np.asarray(mask))


def main() -> None:
    """Draw all columns beside one another."""
    with tempfile.TemporaryDirectory() as folder:
        columns = [draw_panel(panel, Path(folder)) for panel in PANELS]
    width = len(columns) * (TILE + GAP) - GAP
    sheet = Image.new("RGB", (width, columns[0].height), "#ffffff")
    for at, column in enumerate(columns):
        sheet.paste(column, (at * (TILE + GAP), 0))
    PLACE.parent.mkdir(exist_ok=True)
    # The steel's grain would make a PNG of it a megabyte.
    sheet.save(PLACE, quality=88, optimize=True)
    print(f"{PLACE}: {PLACE.stat().st_size // 1024} KiB")


if __name__ == "__main__":
    main()
