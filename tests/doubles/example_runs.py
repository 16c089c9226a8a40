"""The scripts below `examples/` as a person runs them: one program each, against a server."""

import importlib.util
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from doubles.clients import customer
from doubles.servers import RunningServer

EXAMPLES = Path(__file__).parents[2] / "examples"


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
