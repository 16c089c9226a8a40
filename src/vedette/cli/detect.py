"""`vedette detect`: run a model on pictures and folders of pictures."""

from pathlib import Path
from typing import Annotated

from vedette.cli.listing import prints_records
from vedette.cli.signatures import Argument, Exit, Option


@prints_records
def detect(  # noqa: PLR0913  (each is an option of the command)
    model: Annotated[Path, Argument(help="A model package: a folder, or a zip of it.")],
    pictures: Annotated[list[Path], Argument(help="Pictures, and folders of pictures.")],
    as_json: Annotated[bool, Option("--json", help="One line of JSON a picture.")] = False,
    min_confidence: Annotated[
        float | None,
        Option(min=0, max=1, help="Report what is at least so sure; else each label has its own."),
    ] = None,
    heatmap: Annotated[Path | None, Option(help="A folder for pictures of where the evidence lies.")] = None,
    draw: Annotated[Path | None, Option(help="A folder for pictures with boxes, masks and labels.")] = None,
    threads: Annotated[
        int | None, Option(min=1, help="How many processor threads; all cores by default.")
    ] = None,
) -> None:
    """Detect in pictures with a model package."""
    from vedette.cli.looking import DetectOptions, look_at

    wishes = DetectOptions(as_json, min_confidence, heatmap, draw)
    raise Exit(look_at(model, pictures, wishes, threads=threads))
