"""A network from elsewhere may have a step that never ends: then its process does, with a sentence."""

import os
from contextlib import AbstractContextManager

from vedette.engines.port import EmitEvent, Event
from vedette.errors import Wrong

ENDED = 75


def leaving_when_stuck(emit: EmitEvent) -> AbstractContextManager[None]:
    """Hold this process to the time of its networks."""
    from vedette.runtime.session import ending_stuck

    def leave(sentence: str) -> None:
        emit(Event("failed", {"sentence": sentence, "refusal": Wrong.__name__}))
        os._exit(ENDED)

    return ending_stuck(leave)
