"""Versions held against one another by their own evaluations; the last comparisons are remembered.

A package is never written again, so that a comparison stays right. Threads may share it.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass, field

from vedette.evaluation.comparing import Comparison, compare
from vedette.projects.version import Version
from vedette.training.evaluations import EvaluationFiles
from vedette.training.folder import Folder

# A comparison of 10,000 pictures holds some MB, and takes seconds to make.
MOST_REMEMBERED = 8


@dataclass(frozen=True, slots=True)
class VersionComparisons:
    """The comparisons of versions."""

    evaluations: EvaluationFiles
    _comparisons: OrderedDict[tuple[int, int], Comparison] = field(default_factory=OrderedDict)
    # One at a time: each holds both evaluations while it is made.
    _making: threading.Lock = field(default_factory=threading.Lock)

    def of(self, versions: tuple[Version, Version], folders: tuple[Folder, Folder]) -> Comparison:
        """Return the comparison of two versions that have models.

        Raises:
            Missing: where one has no evaluation.
            Wrong: where they answer different questions.
        """
        key = versions[0].id, versions[1].id
        with self._making:
            if key in self._comparisons:
                self._comparisons.move_to_end(key)
                return self._comparisons[key]
            first, second = (
                self.evaluations.document(version, folder)
                for version, folder in zip(versions, folders, strict=True)
            )
            comparison = self._comparisons[key] = compare(first, second)
            while len(self._comparisons) > MOST_REMEMBERED:
                self._comparisons.popitem(last=False)
        return comparison
