"""Compiler options: what they may be, and what to say of them.

They told a compiler what to make of a model. ONNX Runtime needs none: it chooses by the machine that it
starts on. An order's options are held to their rules, kept, named in the recipe, and change nothing else.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from vedette.errors import Wrong
from vedette.runtime.components import EdgeTarget

DEFAULT_CPU = "core-avx2"
ACCELERATED = ("gpu-code", "trt-ver", "cuda-ver")
FORMS = {
    "gpu-code": (re.compile(r"sm_[0-9]{2,3}[a-z]?"), "sm_75"),
    "trt-ver": (re.compile(r"[0-9]+\.[0-9]+\.[0-9]+"), "7.1.3"),
    "cuda-ver": (re.compile(r"[0-9]+\.[0-9]+"), "10.2"),
    "mcpu": (re.compile(r"[A-Za-z0-9_.+-]{1,64}"), DEFAULT_CPU),
}
FEATURE = re.compile(r"[+-][A-Za-z0-9_.-]{1,64}")
# A list of as many features as any processor has.
MOST_FEATURES = 64


def read_options(text: str, target: EdgeTarget) -> dict[str, Any]:
    """Return the options of an order for a platform, with their defaults; refuse what breaks a rule."""
    options = _parsed(text) if text else {}
    for name, value in options.items():
        _refuse_option(name, value, target)
    if target.accelerator:
        missing = [name for name in ACCELERATED if name not in options]
        if missing:
            raise Wrong(
                f"The compiler options for {target.accelerator} need {', '.join(ACCELERATED)}; "
                f"{', '.join(missing)} is missing."
            )
    elif target.arch == "X86_64":
        options.setdefault("mcpu", DEFAULT_CPU)
    return options


def options_sentence(options: Mapping[str, Any]) -> str:
    """Return what to say of options in a recipe; nothing where there are none."""
    if not options:
        return ""
    listing = "; ".join(f"{name} {_shown(options[name])}" for name in sorted(options))
    return f"Compiler options kept without effect, since ONNX Runtime needs none: {listing}."


def _parsed(text: str) -> dict[str, Any]:
    try:
        options = json.loads(text)
    except (ValueError, RecursionError):
        options = None
    if not isinstance(options, dict):
        raise Wrong(f'The compiler options are no JSON object, such as {{"mcpu": "{DEFAULT_CPU}"}}.')
    return options


def _refuse_option(name: str, value: Any, target: EdgeTarget) -> None:
    if name == "mattr":
        _refuse_features(value)
        return
    if name not in FORMS:
        names = ", ".join((*FORMS, "mattr"))
        raise Wrong(f"{name[:60]!r} is no compiler option that is known here: {names}.")
    if name in ACCELERATED and not target.accelerator:
        raise Wrong(f"The compiler option {name} goes with an accelerator, and the target has none.")
    form, example = FORMS[name]
    if not isinstance(value, str) or not form.fullmatch(value):
        raise Wrong(
            f"The compiler option {name} has a form such as {example!r}, and not {str(value)[:60]!r}."
        )


def _refuse_features(value: Any) -> None:
    features = [value] if isinstance(value, str) else value
    is_list = isinstance(features, list) and 0 < len(features) <= MOST_FEATURES
    if not is_list or not all(isinstance(item, str) and FEATURE.fullmatch(item) for item in features):
        raise Wrong("The compiler option mattr is a list of features, such as ['+neon', '+vfpv4'].")


def _shown(value: Any) -> str:
    return " ".join(value) if isinstance(value, list) else str(value)
