"""The jobs by name. Strings, since an import would drag torch into the server; a test resolves each."""

from importlib import import_module
from typing import cast

from vedette.engines.port import Main
from vedette.errors import Missing

JOBS: dict[str, str] = {
    "batch": "vedette.workers.batch:main",
    "bring-model": "vedette.workers.bring_model:main",
    "check-backbone": "vedette.workers.check_backbone:main",
    "check-version": "vedette.workers.train_version:check",
    "draft": "vedette.workers.draft:main",
    "golden-answers": "vedette.workers.golden:main",
    "measure": "vedette.workers.measure:main",
    "look": "vedette.workers.look:main",
    "on-ray": "vedette.engines.ray_job:main",
    "quantize": "vedette.workers.quantize:main",
    "quantize-version": "vedette.workers.quantize_version:main",
    "ray-check": "vedette.engines.ray_check:main",
    "read-import": "vedette.workers.read_import:main",
    "read-manifest": "vedette.workers.read_manifest:main",
    "study": "vedette.workers.study:main",
    "train": "vedette.workers.train:main",
    "train-version": "vedette.workers.train_version:main",
}


def resolve(name: str) -> Main:
    """Return the function of a job; called inside the process that runs it, and nowhere else.

    Besides the names above a test may name its own as `module:function`.
    """
    module, _, function = JOBS.get(name, name).partition(":")
    if not function:
        raise Missing(f"There is no job named {name}.", kind="job", name=name)
    return cast(Main, getattr(import_module(module), function))
