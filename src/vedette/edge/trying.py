"""A package tried beside the one that answers: its process loads it and is shown its golden pictures.

Nobody else asks that process yet. It is kept only when every answer is alike; else it ends, and the reason is
the caller's to tell.
"""

from collections.abc import Callable

from vedette.edge.catalogue import ModelOnDisk
from vedette.edge.life import ProcessFailed
from vedette.edge.looking import checked
from vedette.edge.memory import refuse_without_memory
from vedette.edge.process import CallerGone, ModelProcess, ProcessLimits, ProcessLost
from vedette.errors import Refusal, Wrong
from vedette.runtime.components import Component
from vedette.runtime.golden import GoldenPicture, difference, golden_pictures, read_answer


def tried_process(
    model: ModelOnDisk, component: Component, limits: ProcessLimits, is_wanted: Callable[[], bool]
) -> ModelProcess:
    """Return a process that has loaded a package and answers its golden pictures as it should.

    Raises:
        Refusal: when it does not, with the reason.
    """
    pictures = golden_pictures(component.folder, list(component.files))
    refuse_without_memory(model)
    try:
        process = ModelProcess(model, limits)
    except OSError as error:
        raise Wrong(f"No process could be started: {error.strerror}.") from error
    try:
        process.load()
        for number, picture in enumerate(pictures, 1):
            problem = _problem(process, picture, component.facts.precision, is_wanted)
            if problem:
                raise Wrong(f"Golden picture {number} of {len(pictures)} is answered otherwise: {problem}.")
    except (ProcessLost, CallerGone) as error:
        process.close()
        sentence = f"The model's process {error}." if str(error) else "It was left off."
        raise Wrong(sentence) from None
    except Refusal:
        process.close()
        raise
    return process


def _problem(
    process: ModelProcess, picture: GoldenPicture, precision: str, is_wanted: Callable[[], bool]
) -> str:
    reply, _ = process.ask({"picture": True}, picture.place.read_bytes(), is_awaited=is_wanted)
    try:
        return difference(picture.expected, read_answer(checked(reply)), precision)
    except ProcessFailed as error:
        return str(error)
