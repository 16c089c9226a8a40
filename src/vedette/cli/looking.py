"""The work of `vedette detect`, apart from its options, so that no other command loads the runtime."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from PIL import Image

from vedette.cli.listing import Columns, is_for_people, opened_records
from vedette.cli.terminal import ProgressLine
from vedette.errors import Refusal, Wrong
from vedette.runtime.decode import Answer
from vedette.runtime.model import Model, load
from vedette.vision.annotations import Finding
from vedette.vision.draw import draw_findings, draw_heatmap
from vedette.vision.files import SUFFIXES, pictures_in
from vedette.vision.images import BrokenPicture, decode


def _fact(name: str, facts: Mapping[str, Any]) -> Any:
    return facts.get(name)


COLUMNS: Columns = {
    name: partial(_fact, name) for name in ("image", "is_anomalous", "confidence", "findings", "error")
}


@dataclass(frozen=True, slots=True)
class DetectOptions:
    """The options of detection and output."""

    as_json: bool
    least: float | None
    heatmap: Path | None
    draw: Path | None


def look_at(model: Path, pictures: list[Path], wishes: DetectOptions, *, threads: int | None) -> int:
    """Print the model's findings; return the exit status."""
    try:
        opened = load(model, threads=threads)
        sources = list(_named(pictures))
        artist = _DrawingDetector(opened, heatmap=wishes.heatmap, draw=wishes.draw)
    except Refusal as refusal:
        print(refusal.sentence, file=sys.stderr)
        return 2
    broken = 0
    # A line that moves and lines on one screen would fight; the lines are progress enough.
    is_shown = not sys.stdout.isatty()
    with (
        _opened_output(wishes) as show,
        ProgressLine("Detecting", len(sources), is_shown=is_shown) as progress,
    ):
        for path, name in progress.watch(sources):
            try:
                answer = artist.look(path, name, wishes.least)
            except BrokenPicture as error:
                broken += 1
                progress.print(error.sentence)
                show(path, error)
                continue
            except Refusal as refusal:  # a drawing that cannot be written, and neither could the next
                progress.print(refusal.sentence)
                return 2
            show(path, answer)
    if broken:
        print(f"{broken} of {len(sources)} pictures could not be read.", file=sys.stderr)
    return 2 if broken else 0


def look_and_say(model: Model, path: Path) -> str:
    """Return the line that `--json` prints for a picture."""
    return _line(path, model.detect(path))


@contextmanager
def _opened_output(wishes: DetectOptions) -> Iterator[Callable[[Path, Answer | BrokenPicture], None]]:
    """Yield what prints the answer for a picture, or why there is none, in the form that was asked for."""
    if wishes.as_json:
        yield lambda path, answer: print(_line(path, answer))
    elif is_for_people():
        yield _print_sentence
    else:
        with opened_records(COLUMNS) as write:
            yield lambda path, answer: write(_facts(path, answer))


def _print_sentence(path: Path, answer: Answer | BrokenPicture) -> None:
    # Of a picture that cannot be read the standard error has the sentence.
    if not isinstance(answer, BrokenPicture):
        print(f"{path}: {_sentence(answer)}")


def _named(sources: list[Path]) -> Iterator[tuple[Path, Path]]:
    """Yield each picture and the name of its drawings: its path below the named folder."""
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


class _DrawingDetector:
    """Detects in a picture, and draws the findings where that was requested; decodes a picture once."""

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
        self._paths: set[Path] = set()

    def look(self, path: Path, name: Path, least: float | None) -> Answer:
        if not (self._heatmap or self._draw):
            return self._model.detect(path, min_confidence=least)
        image, _ = decode(path)
        answer = self._model.detect(image, min_confidence=least, heatmap=bool(self._heatmap), name=str(path))
        if self._draw:
            drawing = draw_findings(
                image,
                _beside_verdict(answer),
                labels=self._model.labels,
                colors=self._model.facts.colors,
                mask=answer.mask,
                caption=_verdict(answer),
            )
            self._save(drawing, self._draw, name)
        if self._heatmap and answer.heatmap is not None:
            self._save(draw_heatmap(image, answer.heatmap), self._heatmap, name)
        return answer

    def _save(self, picture: Image.Image, folder: Path, name: Path) -> None:
        """Save as JPEG under the picture's own name; two that differ only in their suffix get two files."""
        place = folder / name.with_suffix(".jpg")
        number = 2
        while place in self._paths:
            place = folder / name.with_name(f"{name.stem}-{number}.jpg")
            number += 1
        self._paths.add(place)
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            picture.save(place, quality=92)
        except OSError as error:
            # No half a drawing; where nothing could be written there is nothing to take away.
            with suppress(OSError):
                place.unlink(missing_ok=True)
            raise Wrong(f"{place} cannot be written: {error.strerror or error}.") from error


def _line(path: Path, answer: Answer | BrokenPicture) -> str:
    return json.dumps(_facts(path, answer), ensure_ascii=False)


def _facts(path: Path, answer: Answer | BrokenPicture) -> dict[str, Any]:
    if isinstance(answer, BrokenPicture):
        return {"image": str(path), "error": answer.sentence, "findings": []}
    fields: dict[str, Any] = {"image": str(path), "findings": [_finding(f) for f in answer.findings]}
    if answer.is_anomalous is not None:
        fields |= {"is_anomalous": answer.is_anomalous, "confidence": round(answer.confidence or 0.0, 6)}
    return fields


def _finding(finding: Finding) -> dict[str, Any]:
    fields: dict[str, Any] = {"label": finding.label, "confidence": round(finding.confidence, 6)}
    if finding.box is not None:
        fields["box"] = {edge: round(share, 6) for edge, share in asdict(finding.box).items()}
    if finding.area is not None:
        fields["mask_area"] = round(finding.area, 8)
    return fields


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
