"""The files of the services' shapes, as JSON: plain in a source tree, compressed in a wheel (hatch_build.py).

Needs no botocore, so that a light install can copy them to where other programs look.
"""

import gzip
from pathlib import Path

SHAPES = Path(__file__).parent / "shapes"
# A service that is supported has a folder with its shapes, and there one version of them.
VERSIONS = {place.parent.name: place.name for place in sorted(SHAPES.glob("*/*"))}
PACKED = ".gz"


def shape_files(service: str) -> list[str]:
    """Return the names of a service's files."""
    names = (path.name.removesuffix(PACKED) for path in (SHAPES / service / VERSIONS[service]).iterdir())
    return sorted(name for name in names if name.endswith(".json"))


def read_shape_file(service: str, name: str) -> bytes:
    """Return one of them; KeyError for a service that is not supported."""
    path = SHAPES / service / VERSIONS[service] / name
    return path.read_bytes() if path.is_file() else gzip.decompress(Path(f"{path}{PACKED}").read_bytes())
