"""The words that a service has for the states of datasets and models, and the sentences that go with them."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Statuses:
    """The status of each state that the service has, and the sentences that it has of its own."""

    words: Mapping[str, str]
    sentences: Mapping[str, str] = field(default_factory=dict)

    def sentence(self, state: str, message: str) -> str:
        """Return what to say of a state: the service's sentence, or else the message of what happened."""
        return self.sentences.get(state) or message
