"""`vedette examples`: pictures for the tutorials and the scripts below `examples/`, drawn on this machine."""

import sys
from pathlib import Path
from typing import Annotated, NoReturn

from vedette.cli.listing import is_for_people, print_records, prints_records
from vedette.cli.signatures import Argument, CommandGroup, Exit, Option

examples = CommandGroup("Example pictures, drawn on this machine, for the tutorials and the scripts.")


@examples.define("list")
@prints_records
def list_sets() -> None:
    """List the sets of pictures that there are."""
    from vedette.cli.example_folders import SETS

    if not is_for_people():
        columns = {"name": lambda item: item[0], "about": lambda item: item[1].about}
        print_records(columns, SETS.items())
        return
    for name, folder in SETS.items():
        print(f"{name:<15}{folder.about}")


@examples.define("get")
def get(
    name: Annotated[str, Argument(help="Which set; `vedette examples list` names them.")],
    into: Annotated[
        Path | None, Option("--into", help="The folder to make; by default the set's name.")
    ] = None,
) -> None:
    """Draw a set of pictures into a new folder."""
    # It brings numpy and Pillow, which `vedette --help` does without.
    from vedette.cli.example_folders import SETS, write_folder

    folder = into or Path(name)
    if name not in SETS:
        _refuse(f"There is no set {name}; there are {', '.join(SETS)}.")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        _refuse(f"{folder} exists and is not empty; name another folder with --into.")
    try:
        count = write_folder(name, folder)
    except OSError as error:
        _refuse(f"{folder} cannot be written: {error.strerror}.")
    print(f"{count} files in {folder}: {SETS[name].about}")


def _refuse(sentence: str) -> NoReturn:
    print(sentence, file=sys.stderr)
    raise Exit(2)
