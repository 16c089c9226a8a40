"""Bring the pictures of a folder to one size, in a new folder; with `--kind masks` no colour is mixed.

Without `--width` and `--height` it is the size that most of them have.
"""

from collections import Counter
from pathlib import Path

from common import arguments, run
from PIL import Image
from predict_folder import ENDINGS


def size_of(file: Path) -> tuple[int, int]:
    """Return a picture's width and height."""
    with Image.open(file) as image:
        return image.size


def main() -> None:
    """Write each picture under its own name, scaled where it has another size."""
    args = arguments(__doc__, "folder", "out", width=0, height=0, kind="pictures")
    folder, out = Path(args.folder), Path(args.out)
    files = sorted(file for file in folder.rglob("*") if file.suffix.lower() in ENDINGS)
    if args.kind not in ("pictures", "masks") or not files:
        raise ValueError(f"There are no {args.kind} in {folder}: it is pictures or masks.")
    sizes = Counter(map(size_of, files))
    usual = sizes.most_common(1)[0][0]
    size = (args.width or usual[0], args.height or usual[1])
    for file in files:
        target = out / file.relative_to(folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        with Image.open(file) as image:
            if image.size == size:
                target.write_bytes(file.read_bytes())
            elif args.kind == "masks":
                image.resize(size, Image.Resampling.NEAREST).save(target)
            else:
                image.convert("RGB").resize(size, Image.Resampling.LANCZOS).save(target, quality=95)
    scaled = sum(count for other, count in sizes.items() if other != size)
    print(f"{len(files)} {args.kind} of {size[0]} by {size[1]}, {scaled} of them scaled: {out}")


if __name__ == "__main__":
    run(main)
