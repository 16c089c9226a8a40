"""What a caller asked for, and how it is kept with the version."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from vedette.datasets.dataset import ManifestSource
from vedette.encryption.values import EncryptionKey
from vedette.errors import Wrong
from vedette.identity.principal import Principal, dump_principal

# Of a version's inputs: the ARN of the key that seals its folder. Versions of releases before 0403 have none,
# whatever key their `kms_key` names.
SEALED_BY = "sealed_by"
# The tag of a version by which a training gets another budget than the installation's (decisions/0300).
BUDGET_TAG = "vedette:training-budget"
# Those of learn/budget.py with a name, as a test holds: this room may not reach torch.
BUDGETS = ("fast", "balanced", "best")


# The tag of a version that is no training: the address of an ONNX file that was trained elsewhere, whose card
# lies beside it under the same name with .json for .onnx (decisions/0418).
NETWORK_TAG = "vedette:network"
NETWORK = "network"
# The tag of a version that is no training either: the address of the evaluation that AWS wrote of a model it
# trained, whose figures alone are brought along (decisions/0447).
PAST_TAG = "vedette:trained-at-aws"
# The tag of a version by which a training begins from other weights than those that are built in: the name
# that they were added under (training/backbones.py). Of a version's inputs, which weights those were.
BACKBONE_TAG = "vedette:backbone"
BACKBONE = "backbone"
BUILT_IN_BACKBONE = "lite0"


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
    # The key that the caller wants its files encrypted with: as it was named, and what it was found to be.
    kms_key: str = ""
    encryption_key: EncryptionKey | None = None

    def inputs(self, budget: str) -> dict[str, Any]:
        """Return what the version keeps of it; `budget` is the installation's, where no tag asks for one."""
        return {
            "account": self.caller.account,
            "caller": dump_principal(self.caller),
            "train": asdict(self.train) if self.train else None,
            "test": asdict(self.test) if self.test else None,
            "auto_create": self.auto_create,
            "kms_key": self.kms_key,
            "budget": budget_of(self.tags) or budget,
            **({NETWORK: network} if (network := network_of(self.tags)) else {}),
        }


def budget_of(tags: Mapping[str, str]) -> str:
    """Return the budget that a tag asks for; nothing where none does."""
    budget = tags.get(BUDGET_TAG, "")
    if budget and budget not in BUDGETS:
        raise Wrong(f'The tag {BUDGET_TAG} is fast, balanced or best, and not "{budget}".')
    return budget


def network_of(tags: Mapping[str, str]) -> str:
    """Return the address of the network that a tag asks to be brought in; nothing where none does."""
    address = tags.get(NETWORK_TAG, "")
    bucket, _, key = address.removeprefix("s3://").partition("/")
    if address and not (address.startswith("s3://") and bucket and key.endswith(".onnx")):
        raise Wrong(
            f'The tag {NETWORK_TAG} is the address of an ONNX file, s3://bucket/name.onnx, not "{address}".'
        )
    return address


def backbone_of(tags: Mapping[str, str]) -> str:
    """Return the name of the weights that a tag asks to begin from; nothing for those that are built in."""
    name = tags.get(BACKBONE_TAG, "")
    if name and NETWORK_TAG in tags:
        raise Wrong(f"A network that is brought in begins from no backbone: leave out {BACKBONE_TAG}.")
    return "" if name == BUILT_IN_BACKBONE else name


@dataclass(frozen=True, slots=True)
class VersionOrder:
    """What a job on a version is asked to do: its kind says the rest, and the version's inputs."""

    version: int


def source_of(inputs: Mapping[str, Any], part: str) -> ManifestSource | None:
    """Return the manifest that the caller named for a part, if any."""
    source = inputs.get(part)
    return ManifestSource(**source) if source else None
