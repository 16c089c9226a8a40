"""The models of the services: operations, shapes, paginators.

Read once from the files in shapes/. Those of AWS are made by tools/write_shapes.py; that of `vedette`,
for operations that AWS does not have, is written by hand in the same form. Never uses botocore's own
loader, which forgets services that end.
"""

import gzip
import json
from functools import cache
from pathlib import Path
from typing import Any

from botocore.model import OperationModel, ServiceModel, Shape, StructureShape

SHAPES = Path(__file__).parent / "shapes"
# A service that is supported has a folder with its shapes, and there one version of them.
VERSIONS = {place.parent.name: place.name for place in sorted(SHAPES.glob("*/*"))}


def _read(name: str, file: str) -> Any:
    path = SHAPES / name / VERSIONS[name] / file
    # In a wheel they are compressed (hatch_build.py).
    text = path.read_bytes() if path.is_file() else gzip.decompress(Path(f"{path}.gz").read_bytes())
    return json.loads(text)


# Members of requests that take more here than at AWS: the handler looks at the rest, and refuses what is
# neither as AWS does. Where Lookout takes a model's number it takes an alias (decisions/0424).
WIDER = {
    "lookoutvision": {
        "DescribeModelRequest": {"ModelVersion": {"type": "string", "min": 1}},
        "DetectAnomaliesRequest": {"ModelVersion": {"type": "string", "min": 1}},
    }
}


@cache
def service(name: str) -> ServiceModel:
    """Return the model of a service; KeyError for one that is not supported."""
    document = _read(name, "service-2.json")
    for structure, members in WIDER.get(name, {}).items():
        for member, facts in members.items():
            wide = f"Wide{structure}{member}"
            document["shapes"][wide] = facts
            document["shapes"][structure]["members"][member]["shape"] = wide
    return ServiceModel(document, service_name=name)


@cache
def narrow_shape(name: str, structure: str, member: str) -> Shape:
    """Return the shape that a widened member has at AWS."""
    model = ServiceModel(_read(name, "service-2.json"), service_name=name)
    shape: StructureShape = model.shape_for(structure)
    return shape.members[member]


@cache
def all_operations(name: str) -> tuple[str, ...]:
    """Return the names of all operations of a service, also of those that are only named."""
    return tuple(service(name).operation_names)


@cache
def operations(name: str) -> tuple[str, ...]:
    """Return the names of the operations that the shape files describe."""
    described = _read(name, "service-2.json")["operations"]
    # One that is only named has nothing but these two; some that are described take nothing.
    named = {"name", "http"}
    return tuple(operation_name for operation_name, facts in described.items() if facts.keys() - named)


@cache
def operation(name: str, operation_name: str) -> OperationModel | None:
    """Return one operation's model, or None where the service has no such operation."""
    exists = operation_name in all_operations(name)
    return service(name).operation_model(operation_name) if exists else None


@cache
def page_sizes(name: str) -> dict[str, str]:
    """Return, by operation, the name of the member that limits a page."""
    pages = _read(name, "paginators-1.json")["pagination"]
    return {
        operation_name: page["limit_key"] for operation_name, page in pages.items() if "limit_key" in page
    }
