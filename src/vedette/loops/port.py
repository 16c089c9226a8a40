"""What the steps of a loop ask of the other rooms: the promise that a door keeps."""

from collections.abc import Mapping
from typing import Any, Protocol

from vedette.jobs.context import JobContext
from vedette.loops.values import LoopState

Notes = Mapping[str, Any]


class LoopFailed(Exception):
    """A step was refused or came to nothing; `again` names the step that is tried when somebody goes on."""

    def __init__(self, sentence: str, again: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.again = again


class LoopActor(Protocol):
    """Does the steps, each of which may be done twice: a server that is killed in one begins it again.

    Each returns what is to be noted of it, and raises LoopFailed where it is refused.
    """

    def waits_for(self, loop: LoopState) -> str:
        """Say what the loop waits for, other than a person's word; nothing where the next step can be done.

        A look: nothing is changed, and nobody's rights are asked.
        """

    def begin(self, loop: LoopState, context: JobContext) -> Notes:
        """Begin to look at the pictures with the version."""

    def look(self, loop: LoopState, context: JobContext) -> Notes:
        """See that all pictures were looked at."""

    def choose(self, loop: LoopState, context: JobContext) -> Notes:
        """Choose those in doubt that differ from one another, and to which dataset each belongs."""

    def share(self, loop: LoopState, context: JobContext) -> Notes:
        """Put the chosen ones into their datasets without labels, and ask people by labelling rounds."""

    def label(self, loop: LoopState, context: JobContext) -> Notes:
        """Count what people have said."""

    def train(self, loop: LoopState, context: JobContext) -> Notes:
        """Find a name for the new version."""

    def order(self, loop: LoopState, context: JobContext) -> Notes:
        """Have the new version trained."""

    def learn(self, loop: LoopState, context: JobContext) -> Notes:
        """See that it was trained."""

    def compare(self, loop: LoopState, context: JobContext) -> Notes:
        """Hold both versions against the test pictures that both know."""

    def move(self, loop: LoopState, context: JobContext) -> Notes:
        """Start the new version, where the old one runs."""

    def start(self, loop: LoopState, context: JobContext) -> Notes:
        """See that it runs."""

    def switch(self, loop: LoopState, context: JobContext) -> Notes:
        """Let the name point to the new version."""

    def retire(self, loop: LoopState, context: JobContext) -> Notes:
        """Stop the old version, where that is wanted and nothing else needs it."""
