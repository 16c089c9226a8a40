"""Compile the proto files of the edge agent to Python's stubs, which lie beside them in the package."""

import sys
from importlib.resources import files
from pathlib import Path

from grpc_tools import protoc

SOURCE = Path(__file__).parent.parent / "src"
PROTOS = SOURCE / "vedette" / "edge" / "protos"
NOTE = '"""Computed by tools/write_stubs.py; do not edit."""\n'


def main() -> int:
    """Write every stub; return protoc's status."""
    names = [str(path.relative_to(SOURCE)) for path in sorted(PROTOS.glob("*.proto"))]
    well_known = str(files("grpc_tools") / "_proto")
    out = [f"--python_out={SOURCE}", f"--grpc_python_out={SOURCE}"]
    status = protoc.main(["protoc", f"-I{SOURCE}", f"-I{well_known}", *out, *names])
    for stub in sorted(PROTOS.glob("*_pb2*.py")):
        text = stub.read_text("utf-8")
        if not text.startswith(NOTE):
            stub.write_text(NOTE + text, "utf-8")
    return int(status)


if __name__ == "__main__":
    sys.exit(main())
