"""What a worker process is asked to do for a version, and what it leaves when it is over."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class TrainOrder:
    """The order of `train-version` and of `check-version`; paths and addresses are text."""

    folder: str
    dialect: str
    arn: str
    project: str
    version: str
    # The address of the folder that masks of test pictures will lie in.
    masks: str
    has_test: bool
    # Whether the pictures that test the model become the project's test dataset.
    divides: bool
    budget: str
    seed: int
    cache: str
    # Buckets whose pictures the caller may not read, and those of another account than the manifest's.
    denied: Sequence[str] = ()
    foreign: Sequence[str] = ()
    # Whether the installation lets a dialect ask for one size of all pictures.
    one_size: bool = True
    # The most lines of a part in this installation; 0 is what the service allows.
    most_entries: int = 0
    # The name of a network in the folder that was trained elsewhere and is brought in; empty for a training.
    network: str = ""
    # The name of the file of weights in the folder that the training begins from; empty for those built in.
    backbone: str = ""

    def dump(self) -> dict[str, Any]:
        """Return the order as it crosses to the process."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class TrainingResult:
    """What came of a training: a refusal, or a model's facts, as its version keeps them."""

    refusal: str
    seconds: float
    facts: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> "TrainingResult":
        """Return the result of a `result.json`, of this release or an older one."""
        facts = {name: document[name] for name in FACTS if name in document}
        return cls(document["refused"], document["seconds"], facts)


# What a version keeps of its worker's result.
FACTS = ("task", "metrics", "pictures", "size", "left_out", "base_model")
