"""What a caller asked for, and how it is kept with the version."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from vedette.datasets.dataset import ManifestSource
from vedette.identity.principal import Principal, dump_principal


@dataclass(frozen=True, slots=True)
class NewTraining:
    """A training to be. Without `train` it takes the project's datasets.

    Without a test part, a fifth of the training part is kept from the learning and tests the model.
    """

    caller: Principal
    bucket: str
    prefix: str = ""
    name: str = ""
    description: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    train: ManifestSource | None = None
    test: ManifestSource | None = None
    auto_create: bool = False
    # The key that the caller wants its copies encrypted with: kept and described, and not used (0206).
    kms_key: str = ""

    def inputs(self) -> dict[str, Any]:
        """Return what the version keeps of it."""
        return {
            "account": self.caller.account,
            "caller": dump_principal(self.caller),
            "train": asdict(self.train) if self.train else None,
            "test": asdict(self.test) if self.test else None,
            "auto_create": self.auto_create,
            "kms_key": self.kms_key,
        }


@dataclass(frozen=True, slots=True)
class VersionOrder:
    """What a job on a version is asked to do: its kind says the rest, and the version's inputs."""

    version: int


def source_of(inputs: Mapping[str, Any], part: str) -> ManifestSource | None:
    """Return the manifest that the caller named for a part, if any."""
    source = inputs.get(part)
    return ManifestSource(**source) if source else None
