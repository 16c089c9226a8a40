"""`vedette demo`: the main workflow from an empty server to findings, on synthetic pictures.

It starts a server of its own on a folder of its own, and uses it as any customer's program does.
"""

import contextlib
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from vedette.cli.demo_services import KINDS
from vedette.cli.showing import command
from vedette.cli.signatures import Exit, Option
from vedette.errors import Wrong


def demo(
    kind: Annotated[str, Option(help="One of " + ", ".join(choice.name for choice in KINDS))] = "anomaly",
    *,
    every: Annotated[bool, Option("--all", help="Show all kinds, one after the other.")] = False,
    folder: Annotated[Path, Option(help="Where the server and the pictures lie.")] = Path("vedette-demo"),
    budget: Annotated[str, Option(help="fast, balanced or best.")] = "fast",
) -> None:
    """Draw pictures, train on them, and show what the model finds: in under two minutes."""
    kinds = [choice for choice in KINDS if every or choice.name == kind]
    if not kinds:
        print(
            f"There is no kind {kind}; there are {', '.join(choice.name for choice in KINDS)}.",
            file=sys.stderr,
        )
        raise Exit(2)
    # It brings numpy and Pillow, which `vedette --help` does without.
    from vedette.cli.demonstration import Demonstration

    try:
        with _server(folder, budget) as address:
            for choice in kinds:
                Demonstration(choice, address, folder).all()
    except Wrong as wrong:
        print(wrong.sentence, file=sys.stderr)
        raise Exit(2) from None
    print(_farewell(folder))


@contextlib.contextmanager
def _server(folder: Path, budget: str) -> Iterator[str]:
    """Yield the address of a server that ends with this block."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "server.log").open("a") as log:
        process = subprocess.Popen(  # noqa: S603  (our own interpreter and our own module)
            [sys.executable, "-m", "vedette", "serve", "--port", "0", "--data", str(folder / "data")],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env={**os.environ, "VEDETTE_TRAINING_BUDGET": budget, "VEDETTE_DATABASE": ""},
        )
    try:
        assert process.stdout is not None
        match = re.search(r"https?://\S+", process.stdout.readline())
        if match is None:
            raise Wrong(f"The server did not start; {folder / 'server.log'} says why.")
        print(f"A server of its own answers at {match.group()}; its log is {folder / 'server.log'}.\n")
        yield match.group()
    finally:
        process.terminate()
        process.wait()


def _farewell(folder: Path) -> str:
    name, data = command(), shlex.quote(str(folder / "data"))
    return "\n".join(
        [
            "Type next:",
            f"  {name} demo --all   # the other kinds of model",
            f"  {name} serve --data {data}   # the same server, to stay; then, in another terminal:",
            f'  eval "$({name} credentials --data {data})"   # its keys',
            f"  {name} projects   # what is in it",
        ]
    )
