"""Check the pictures of a folder or a prefix before they become a dataset: format, sides, bytes, one size."""

import io
from collections import Counter
from collections.abc import Iterator

from common import arguments, run
from PIL import Image
from predict_folder import pictures

LEAST, MOST, MOST_BYTES = 64, 4096, 8_000_000


def faults_of(data: bytes) -> Iterator[str]:
    """Yield what a dataset refuses of a picture by itself."""
    image = Image.open(io.BytesIO(data))
    if image.format not in ("JPEG", "PNG"):
        yield f"is a {image.format} file, where JPEG and PNG are taken"
    if min(image.size) < LEAST or max(image.size) > MOST:
        yield f"is {image.width} by {image.height}, where sides from {LEAST} to {MOST} are taken"
    if len(data) > MOST_BYTES:
        yield f"has {len(data):,} bytes, where {MOST_BYTES:,} are taken"


def main() -> None:
    """Print every fault, then how many pictures have which size and channels."""
    args = arguments(__doc__, "pictures")
    sizes, channels, faulty = Counter[tuple[int, int]](), Counter[str](), 0
    for name, data in pictures(args.pictures):
        try:
            faults = list(faults_of(data))
            image = Image.open(io.BytesIO(data))
            sizes[image.size] += 1
            channels[image.mode] += 1
        except OSError:
            faults = ["cannot be read as a picture"]
        for fault in faults:
            print(f"{name}: {fault}")
        faulty += bool(faults)
    for (width, height), count in sizes.most_common():
        print(f"{count} of {width} by {height}")
    print(f"Channels: {', '.join(f'{mode} {count}' for mode, count in channels.most_common())}")
    if faulty or len(sizes) != 1:
        raise ValueError(f"{faulty} pictures have faults, and there are {len(sizes)} sizes instead of one.")
    print("Every picture can be used.")


if __name__ == "__main__":
    run(main)
