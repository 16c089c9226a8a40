"""`vedette model convert`: a package's network in the form of another runtime, held against the original."""

import sys
from pathlib import Path
from typing import Annotated

from vedette.cli.parts import require_part
from vedette.cli.signatures import Argument, Exit, Option
from vedette.errors import Refusal, Wrong

OPENVINO, TFLITE = "openvino", "tflite"
# What was looked at on 2026-11-30; docs/decisions/0448 has the versions.
NO_TFLITE = (
    "TFLite files are not written: onnx2tf wants TensorFlow and an older numpy and ONNX Runtime than Vedette "
    "has, and litert-torch takes networks of torch, not ONNX. The ONNX file of the package can be converted "
    "in an environment of its own; whether the result is the same model is not known here then."
)


def convert_model(
    package: Annotated[Path, Argument(help="The package: a folder, or a zip of `vedette model download`.")],
    *,
    to: Annotated[str, Option(help="openvino: the intermediate representation of OpenVINO.")] = OPENVINO,
    out: Annotated[Path, Option(help="The folder to write; it may not exist.")],
    check: Annotated[
        Path | None, Option(help="Pictures by which both are compared; patterns without it.")
    ] = None,
) -> None:
    """Write a package's network for another runtime, after both have answered the same."""
    try:
        if to == TFLITE:
            raise Wrong(NO_TFLITE)
        if to != OPENVINO:
            raise Wrong(f'A model is converted to {OPENVINO}, and not to "{to}".')
        require_part(OPENVINO)
        from vedette.cli.openvino_writing import write_openvino

        differences = write_openvino(package, out, check)
    except (Refusal, OSError) as fault:
        print(fault, file=sys.stderr)
        raise Exit(2) from None
    for output, difference in differences.items():
        print(f"  {output}: differs by {difference:.2g} at most")
    print(f"Written: {out}.")
