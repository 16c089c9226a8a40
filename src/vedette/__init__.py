"""Vedette: train and run your own vision models on your own machine.

The public names (docs/reference/python.md) are imported only when they are asked for, so that
`import vedette` costs nothing, the server never drags torch in, and `load` works without it.
"""

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vedette.errors import Refusal
    from vedette.runtime.decode import Answer
    from vedette.runtime.model import Model, load
    from vedette.vision.annotations import Finding

# ONNX Runtime tells its makers how it is used unless this is set before it is imported (seen with 1.31.1 on
# Linux: it looks up mobile.events.data.microsoft.com). Here nothing leaves the house that nobody asked for
# by name.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

__version__ = "0.1.0"
__all__ = ["Answer", "Finding", "Model", "Refusal", "__version__", "load", "train"]

# By name, since an import would lead from the root of the package to torch.
_PLACES = {
    "Answer": "vedette.runtime.decode",
    "Finding": "vedette.vision.annotations",
    "Model": "vedette.runtime.model",
    "Refusal": "vedette.errors",
    "load": "vedette.runtime.model",
    "train": "vedette.learn.train",
}


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module 'vedette' has no attribute {name!r}")
    return getattr(import_module(_PLACES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
