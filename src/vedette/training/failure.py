"""Why a version came to nothing, for a person who wants to mend it: read from what its worker left."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from vedette.dialects.training_data import FrozenProblem, Need
from vedette.errors import Busy
from vedette.projects.version import Version
from vedette.training.finish import STOPPED
from vedette.training.folder import Folder

log = logging.getLogger(__name__)

# The data are to blame, somebody stopped it, or we are.
Blame = Literal["data", "stopped", "service"]


@dataclass(frozen=True, slots=True)
class TrainingFailure:
    """What a failed training lacked, and the first of the lines that it could not use."""

    blame: Blame
    needs: Sequence[Need] = ()
    problems: Sequence[FrozenProblem] = ()
    problem_count: int = 0


def read_failure(version: Version, folder: Folder) -> TrainingFailure:
    """Return why; a release that kept less, or a worker that got no further, leaves the message alone."""
    if version.message == STOPPED:
        return TrainingFailure("stopped")
    if version.results.get("fault") == "service":
        return TrainingFailure("service")
    try:
        result = folder.read_result() or {}
        needs = [_need(item) for item in result.get("needs", ())]
        problems = [FrozenProblem(**item) for item in result.get("problems", ())]
        return TrainingFailure("data", needs, problems, int(result.get("problem_count", 0)))
    except (ValueError, TypeError, KeyError, Busy):
        # Damaged, under a key that is not to be had now, or of a release that says more: the version's
        # message is there all the same.
        log.warning("what failed the training of version %d cannot be read", version.id, exc_info=True)
        return TrainingFailure("data")


def _need(item: Mapping[str, Any]) -> Need:
    return Need(**{**item, "labels": tuple(item["labels"])})
