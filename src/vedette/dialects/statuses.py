"""The words that a service has for the states of datasets and models, and the sentences that go with them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

# Of a version whose figures alone were brought along. The console knows it by this sentence where the
# service's status does not tell (console/src/api/versions.ts).
TRAINED_AT_AWS = "Trained at AWS: its figures are here, and its model is not. It cannot be started."


@dataclass(frozen=True, slots=True)
class Statuses:
    """The status of each state that the service has, and the sentences that it has of its own."""

    words: Mapping[str, str]
    sentences: Mapping[str, str] = field(default_factory=dict)

    def sentence(self, state: str, message: str) -> str:
        """Return what to say of a state: the service's sentence, or else the message of what happened."""
        return self.sentences.get(state) or message
