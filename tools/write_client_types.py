"""Write console/src/api/operations: the shape files as TypeScript types, for the console's calls.

Types only, without a line that runs. A time is an ISO 8601 string and a blob is base64, as the console's
relay answers. Run by `make generate`; a test compares.
"""

# ruff: noqa: SIM905  (lists of words read better as text)

import json
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from computed_files import wants_check, write_or_check

ROOT = Path(__file__).parent.parent
SHAPES = ROOT / "src" / "vedette" / "wire" / "shapes"
TARGET = ROOT / "console" / "src" / "api" / "operations"
# What pages ask of buckets; S3 has a hundred operations more, which would be 600 types that nobody reads.
BUCKETS = frozenset(
    ["CreateBucket", "DeleteObject", "HeadBucket", "HeadObject", "ListBuckets", "ListObjectsV2", "PutObject"]
)
# Of keys what is done with a key itself, not with what it encrypts: no page sees a data key.
KEYS = frozenset(
    """
    CancelKeyDeletion CreateAlias CreateKey DeleteAlias DescribeKey DisableKey DisableKeyRotation EnableKey
    EnableKeyRotation GetKeyRotationStatus ListAliases ListKeyRotations ListKeys ListResourceTags
    RotateKeyOnDemand ScheduleKeyDeletion TagResource UntagResource UpdateKeyDescription
    """.split()
)
# Of CloudWatch its alarms.
ALARMS = frozenset(
    """
    DeleteAlarms DescribeAlarmHistory DescribeAlarms DisableAlarmActions EnableAlarmActions PutMetricAlarm
    SetAlarmState
    """.split()
)
SERVICES = {
    "rekognition": ("rekognition/2016-06-27", None),
    "lookoutvision": ("lookoutvision/2020-11-20", None),
    "vedette": ("vedette/2026-11-21", None),
    "s3": ("s3/2006-03-01", BUCKETS),
    "kms": ("kms/2014-11-01", KEYS),
    "monitoring": ("monitoring/2010-08-01", ALARMS),
}
HEADER = "// Written by tools/write_client_types.py from the shape files. Do not edit: make generate.\n"
SCALARS = {
    "blob": "string",
    "boolean": "boolean",
    "character": "string",
    "double": "number",
    "float": "number",
    "integer": "number",
    "long": "number",
    "timestamp": "string",
}
EMPTY = "Record<never, never>"


def type_of(name: str, shapes: dict[str, Any]) -> str:
    """Return the TypeScript type of a shape: a structure by its name, everything else spelled out."""
    shape = shapes[name]
    kind = shape["type"]
    if kind == "structure":
        return name if shape.get("members") else EMPTY
    if kind == "list":
        return f"ReadonlyArray<{type_of(shape['member']['shape'], shapes)}>"
    if kind == "map":
        return f"Readonly<Record<string, {type_of(shape['value']['shape'], shapes)}>>"
    if kind == "string":
        return " | ".join(json.dumps(value) for value in shape["enum"]) if "enum" in shape else "string"
    return SCALARS[kind]


def member_line(name: str, kind: str, *, is_required: bool) -> str:
    """Return one member; what may be left out may also be undefined, which JSON leaves out."""
    return f"  readonly {name}: {kind};\n" if is_required else f"  readonly {name}?: {kind} | undefined;\n"


def structure(name: str, shapes: dict[str, Any]) -> str:
    """Return the interface of a structure."""
    shape = shapes[name]
    required = frozenset(shape.get("required", ()))
    members = [
        member_line(member, type_of(reference["shape"], shapes), is_required=member in required)
        for member, reference in shape["members"].items()
    ]
    return f"export interface {name} {{\n{''.join(members)}}}\n"


def reachable(names: list[str], shapes: dict[str, Any]) -> set[str]:
    """Return the shapes that these lead to, themselves included."""
    result: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name in result:
            continue
        result.add(name)
        shape = shapes[name]
        waiting += [reference["shape"] for reference in shape.get("members", {}).values()]
        waiting += [shape[part]["shape"] for part in ("member", "value") if part in shape]
    return result


def described(model: dict[str, Any], wanted: frozenset[str] | None) -> dict[str, Any]:
    """Return the operations that the shape files describe and the console may want."""
    return {
        name: operation
        for name, operation in sorted(model["operations"].items())
        if (name in wanted if wanted is not None else "input" in operation or "output" in operation)
    }


def service_types(model: dict[str, Any], service: str, wanted: frozenset[str] | None) -> str:
    """Return the file of one service: its structures, then its operations."""
    shapes, operations = model["shapes"], described(model, wanted)
    ends = [
        operation[part]["shape"]
        for operation in operations.values()
        for part in ("input", "output")
        if part in operation
    ]
    names = [name for name in sorted(reachable(ends, shapes)) if shapes[name].get("members")]
    structures = [structure(name, shapes) for name in names if shapes[name]["type"] == "structure"]
    rows = []
    for name, operation in operations.items():
        sides = [
            type_of(operation[side]["shape"], shapes) if side in operation else EMPTY
            for side in ("input", "output")
        ]
        rows.append(f"  readonly {name}: {{ readonly input: {sides[0]}; readonly output: {sides[1]} }};\n")
    title = service.capitalize()
    return f"{HEADER}\n" + "\n".join(
        [*structures, f"export interface {title}Operations {{\n{''.join(rows)}}}\n"]
    )


def files() -> dict[str, str]:
    """Return every file by its name."""
    result = {}
    for service, (folder, wanted) in SERVICES.items():
        model = json.loads((SHAPES / folder / "service-2.json").read_text("utf-8"))
        result[f"{service}.ts"] = service_types(model, service, wanted)
    imports = "".join(
        f'import type {{ {service.capitalize()}Operations }} from "./{service}";\n' for service in SERVICES
    )
    rows = "".join(f"  readonly {service}: {service.capitalize()}Operations;\n" for service in SERVICES)
    result["index.ts"] = f"{HEADER}\n{imports}\nexport interface Services {{\n{rows}}}\n"
    return result


def main() -> int:
    """Write the files, or with --check say which differ."""
    check = wants_check(__doc__.splitlines()[0])
    return write_or_check({TARGET / name: text for name, text in files().items()}, check=check)


if __name__ == "__main__":
    sys.exit(main())
