"""Drift: false warnings on held-out pictures of the same source, and how soon a real change is seen.

`python -m bench.drift [SET …]`. Of each set half the pictures, drawn anew for every run, stand for the
training and the other half for production, in random order: 100 runs may warn once. Then the same with
pictures made 30 % darker, blurred (Gaussian, 2 px), or of another set: a warning within 200 pictures.
"""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter

from bench.common import PICTURES, machine, row
from vedette.feedback.drift import DriftReference, LookedAtPicture, is_due, look
from vedette.vision.features import measure_features

RUNS = 100
WITHIN = 200
DARKER = 0.7
BLUR = 2.0
SETS = {
    "aliens": "aliens/*/*",
    "cookies": "cookies/**/*.jpg",
    "raccoon": "raccoon/images/*",
    "steel": "steel/*.jpg",
    "cracks": "cracks/**/*.jpg",
}
ENDINGS = {".jpg", ".jpeg", ".png"}
CHANGES: dict[str, Callable[[Image.Image], Image.Image]] = {
    "as it is": lambda picture: picture,
    "30 % darker": lambda picture: ImageEnhance.Brightness(picture).enhance(DARKER),
    "blurred": lambda picture: picture.filter(ImageFilter.GaussianBlur(BLUR)),
}

Rows = list[LookedAtPicture]


def pictures_of(pattern: str) -> list[Path]:
    """Return a set's pictures."""
    return sorted(path for path in PICTURES.glob(pattern) if path.suffix.lower() in ENDINGS)


def measure(files: Sequence[Path], change: Callable[[Image.Image], Image.Image]) -> Rows:
    """Return a set as numbers; answers and doubts of a model are left out."""
    rows = []
    for file in files:
        with Image.open(file) as picture:
            rows.append(LookedAtPicture(measure_features(change(picture.convert("RGB"))), "", 0.0))
    return rows


def first_warning(reference: Rows, stream: Rows) -> int:
    """Return after how many pictures the first warning comes; 0 for none."""
    held, looks = DriftReference(reference), 0
    for count in range(1, len(stream) + 1):
        if is_due(count):
            looks += 1
            if look(held, stream[max(0, count - WITHIN) : count], looks):
                return count
    return 0


def run_set(name: str, sets: dict[str, dict[str, Rows]], rng: np.random.Generator) -> None:
    """Print a set's figures."""
    own = sets[name]
    count = len(own["as it is"])
    half = count // 2
    false_warnings, delays = 0, {change: [] for change in [*CHANGES, "another product"]}  # type: ignore[var-annotated]
    others = [rows["as it is"] for other, rows in sets.items() if other != name]
    for _ in range(RUNS):
        order = rng.permutation(count)
        reference = [own["as it is"][place] for place in order[:half]]
        held_out = order[half:]
        false_warnings += first_warning(reference, [own["as it is"][place] for place in held_out]) > 0
        for change in ("30 % darker", "blurred"):
            delays[change].append(first_warning(reference, [own[change][place] for place in held_out]))
        other = others[rng.integers(len(others))]
        delays["another product"].append(
            first_warning(reference, [other[place] for place in rng.permutation(len(other))[:WITHIN]])
        )
    row(f"{name} ({half} against {count - half}): false warnings in {RUNS} runs", str(false_warnings), "≤ 1",
        false_warnings <= 1)  # fmt: skip
    for change in ("30 % darker", "blurred", "another product"):
        seen = [delay for delay in delays[change] if delay]
        slowest = max(seen, default=0)
        text = f"{len(seen)} of {RUNS} runs, after {slowest} pictures at most"
        row(f"{name}: {change}", text, f"all, ≤ {WITHIN}", len(seen) == RUNS and slowest <= WITHIN)


def main() -> int:
    """Run every set that is here."""
    print(machine())
    files = {name: found for name, pattern in SETS.items() if (found := pictures_of(pattern))}
    chosen = [name for name in files if not sys.argv[1:] or name in sys.argv[1:]]
    sets = {
        name: {change: measure(files[name], alter) for change, alter in CHANGES.items()} for name in files
    }
    for name in chosen:
        run_set(name, sets, np.random.default_rng(0))
    return 0


if __name__ == "__main__":
    sys.exit(main())
