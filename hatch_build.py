"""What building a wheel does besides copying files: the services' shapes are compressed.

They are a third of a megabyte of JSON; the light install has little room (tools/try_wheel.py).
"""

import gzip
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SHAPES = "src/vedette/wire/shapes"


class CompressedShapes(BuildHookInterface):  # type: ignore[type-arg]
    """Put `NAME.json.gz` into the wheel for each `NAME.json`; pyproject.toml leaves these out."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compress the files, unless the package is installed from its source tree."""
        if version == "editable":
            return
        place = Path(tempfile.mkdtemp(prefix="vedette-shapes-"))
        for number, path in enumerate(sorted((Path(self.root) / SHAPES).rglob("*.json"))):
            packed = place / f"{number}.gz"
            packed.write_bytes(gzip.compress(path.read_bytes(), mtime=0))
            target = path.relative_to(Path(self.root) / "src").as_posix()
            build_data["force_include"][str(packed)] = f"{target}.gz"
