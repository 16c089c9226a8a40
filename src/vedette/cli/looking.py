"""What `vedette detect` does, apart from its options, so that no other command loads a runtime."""

import json
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from PIL import Image
from rich.console import Console
from rich.progress import track

from vedette.errors import Refusal, Wrong
from vedette.runtime.decode import Answer
from vedette.runtime.model import Model, load
from vedette.vision.annotations import Finding
from vedette.vision.draw import draw_findings, draw_heatmap
from vedette.vision.files import SUFFIXES, pictures_in
from vedette.vision.images import BrokenPicture, decode


@dataclass(frozen=True, slots=True)
class Wishes:
    """How findings are to be shown."""

    as_json: bool
    least: float | None
    heatmap: Path | None
    draw: Path | None


def look_at(model: Path, pictures: list[Path], wishes: Wishes, *, threads: int | None) -> int:
    """Print what the model sees; return the exit status."""
    try:
        opened = load(model, threads=threads)
        found = list(_named(pictures))
        artist = _Artist(opened, heatmap=wishes.heatmap, draw=wishes.draw)
    except Refusal as refused:
        print(refused.sentence, file=sys.stderr)
        return 2
    broken = 0
    console = Console(stderr=True)
    # A bar and lines on one screen would fight; the lines are progress enough.
    is_shown = console.is_terminal and not sys.stdout.isatty()
    for path, name in track(found, "Detecting", console=console, disable=not is_shown, transient=True):
        try:
            answer = artist.look(path, name, wishes.least)
        except BrokenPicture as error:
            broken += 1
            print(error.sentence, file=sys.stderr)
            if wishes.as_json:
                print(json.dumps({"image": str(path), "error": error.sentence, "findings": []}))
            continue
        except Refusal as refused:  # a drawing that cannot be written, and neither could the next
            print(refused.sentence, file=sys.stderr)
            return 2
        print(_line(path, answer) if wishes.as_json else f"{path}: {_sentence(answer)}")
    if broken:
        print(f"{broken} of {len(found)} pictures could not be read.", file=sys.stderr)
    return 2 if broken else 0


def look_and_say(model: Model, path: Path) -> str:
    """Return the line that `--json` prints for a picture."""
    return _line(path, model.detect(path))


def _named(sources: list[Path]) -> Iterator[tuple[Path, Path]]:
    """Yield each picture and the name that its drawings get: its path below the folder that was given."""
    for source in sources:
        if not source.is_dir():
            yield source, Path(source.name)
            continue
        inside = list(pictures_in(source))
        if not inside:
            raise Wrong(
                f"{source} has no pictures in it: no file there ends in {', '.join(sorted(SUFFIXES))}.",
                kind="folder",
                name=str(source),
            )
        for path in inside:
            yield path, path.relative_to(source)


class _Artist:
    """Looks at a picture, and draws what was seen where a person asked for it; each is decoded once."""

    def __init__(self, model: Model, *, heatmap: Path | None, draw: Path | None) -> None:
        for place in (heatmap, draw):
            if place is not None and place.exists() and not place.is_dir():
                raise Wrong(
                    f"{place} is a file: name a folder for the drawings.", kind="folder", name=str(place)
                )
        if heatmap and not model.explains:
            raise Wrong(f"{model.name} has no heat maps: its boxes say where; use --draw.")
        self._model = model
        self._heatmap = heatmap
        self._draw = draw
        self._taken: set[Path] = set()

    def look(self, path: Path, name: Path, least: float | None) -> Answer:
        if not (self._heatmap or self._draw):
            return self._model.detect(path, min_confidence=least)
        image, _ = decode(path)
        answer = self._model.detect(image, min_confidence=least, heatmap=bool(self._heatmap), name=str(path))
        if self._draw:
            drawn = draw_findings(
                image,
                _beside_verdict(answer),
                labels=self._model.labels,
                colors=self._model.facts.colors,
                mask=answer.mask,
                caption=_verdict(answer),
            )
            self._save(drawn, self._draw, name)
        if self._heatmap and answer.heatmap is not None:
            self._save(draw_heatmap(image, answer.heatmap), self._heatmap, name)
        return answer

    def _save(self, picture: Image.Image, folder: Path, name: Path) -> None:
        """Save as JPEG under the picture's own name; of two that differ in their ending alone, both stay."""
        place = folder / name.with_suffix(".jpg")
        number = 2
        while place in self._taken:
            place = folder / name.with_name(f"{name.stem}-{number}.jpg")
            number += 1
        self._taken.add(place)
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            picture.save(place, quality=92)
        except OSError as error:
            # No half a drawing; where nothing could be written there is nothing to take away.
            with suppress(OSError):
                place.unlink(missing_ok=True)
            raise Wrong(f"{place} cannot be written: {error.strerror or error}.") from error


def _line(path: Path, answer: Answer) -> str:
    said: dict[str, Any] = {"image": str(path), "findings": [_finding(f) for f in answer.findings]}
    if answer.is_anomalous is not None:
        said |= {"is_anomalous": answer.is_anomalous, "confidence": round(answer.confidence or 0.0, 6)}
    return json.dumps(said, ensure_ascii=False)


def _finding(finding: Finding) -> dict[str, Any]:
    said: dict[str, Any] = {"label": finding.label, "confidence": round(finding.confidence, 6)}
    if finding.box is not None:
        said["box"] = {edge: round(share, 6) for edge, share in asdict(finding.box).items()}
    if finding.area is not None:
        said["mask_area"] = round(finding.area, 8)
    return said


def _sentence(answer: Answer) -> str:
    verdict = _verdict(answer)
    parts = [verdict] if verdict else []
    for finding in _beside_verdict(answer):
        area = "" if finding.area is None else f", {finding.area:.2%} of the picture"
        place = ""
        if finding.box is not None:
            box = finding.box
            place = (
                f" at {box.left * answer.width:.0f},{box.top * answer.height:.0f}"
                f" {box.width * answer.width:.0f}×{box.height * answer.height:.0f}"
            )
        parts.append(f"{finding.label} {finding.confidence:.1%}{area}{place}")
    return "; ".join(parts) or "nothing found"


def _beside_verdict(answer: Answer) -> list[Finding]:
    """Return the findings that say more than the verdict on the whole picture."""
    return [f for f in answer.findings if answer.is_anomalous is None or f.area is not None]


def _verdict(answer: Answer) -> str:
    if answer.is_anomalous is None:
        return ""
    return f"{'anomalous' if answer.is_anomalous else 'normal'} {answer.confidence or 0.0:.1%}"
