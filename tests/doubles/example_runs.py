"""The scripts below `examples/` as a person runs them: one program each, against a server."""

import importlib.util
import itertools
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from doubles.clients import customer
from doubles.servers import RunningServer

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
FIGURE = re.compile(r"\d+\.\d+")


@dataclass
class ExampleRuns:
    """Runs the scripts of one service in a folder."""

    server: RunningServer
    service: str
    folder: Path

    def __call__(self, script: str, *words: str, typed: str = "") -> str:
        """Return what a script printed; it must end well."""
        result = self.run(script, *words, typed=typed)
        assert result.returncode == 0, f"{script}: {result.stdout[-2000:]}{result.stderr[-3000:]}"
        return result.stdout

    def run(self, script: str, *words: str, typed: str = "") -> "subprocess.CompletedProcess[str]":
        """Run a script, whatever comes of it."""
        environment = customer(self.server, self.folder) | {"POLL_S": "0.2"}
        return subprocess.run(
            [sys.executable, str(EXAMPLES / self.service / f"{script}.py"), *words],
            cwd=self.folder,
            env=environment,
            input=typed,
            capture_output=True,
            text=True,
            timeout=300,
        )


def load_script(service: str, script: str) -> ModuleType:
    """Return a script as a module, without running it."""
    path = EXAMPLES / service / f"{script}.py"
    spec = importlib.util.spec_from_file_location(f"example_{service}_{script}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def scripts_of(service: str) -> set[str]:
    """Return the names of the scripts that can be run; what they share has no `main`."""
    files = (EXAMPLES / service).glob("*.py")
    return {file.stem for file in files if "\ndef main(" in file.read_text("utf-8")}


def shown_on(tutorial: str, beginning: str) -> list[str]:
    """Return the lines of output that a tutorial shows, from the block that begins so."""
    text = (ROOT / "docs" / "tutorials" / tutorial).read_text("utf-8")
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    outputs = (block for language, block in blocks if not language)
    return next(block for block in outputs if block.startswith(beginning)).splitlines()


def assert_as_shown(printed: str, shown: list[str], *within: float) -> None:
    """Hold what was printed to what a page shows: the same words, each figure of a line near the page's."""
    lines = printed.splitlines()
    assert [FIGURE.sub("…", line) for line in lines] == [FIGURE.sub("…", line) for line in shown]
    for line, example in zip(lines, shown, strict=True):
        figures = zip(FIGURE.findall(line), FIGURE.findall(example), itertools.cycle(within), strict=False)
        for figure, wanted, tolerance in figures:
            assert abs(float(figure) - float(wanted)) <= tolerance, f"{line!r}, and the page: {example!r}"
