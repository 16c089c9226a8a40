"""What building a wheel does besides copying files: shapes are compressed, and the bill of materials is made.

The shapes are a third of a megabyte of JSON; the light install has little room (tools/try_wheel.py). The bill
lies where PEP 770 says, `sboms/` beside the wheel's metadata; the licences of what the console carries lie
beside Vedette's own, where the console was built.
"""

import gzip
import importlib.util
import sys
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
        bill = place / "vedette.cdx.json"
        bill.write_text(self._bill_module().write_bill(Path(self.root), self.metadata.version), "utf-8")
        build_data["sbom_files"].append(str(bill))

    def _bill_module(self) -> Any:
        """Return tools/bill.py: a build imports this file alone, from a path of its own choice."""
        spec = importlib.util.spec_from_file_location("bill", Path(self.root) / "tools" / "bill.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules["bill"] = module  # where dataclasses look for it
        spec.loader.exec_module(module)
        return module
