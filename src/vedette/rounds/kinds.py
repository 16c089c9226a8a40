"""What kind of answer a line is: labels, nothing to label, labels that are not sure, or none. Pure.

The page says each of them by a key of its own; the line alone tells them apart, so that a program's answers
are what they would be if a person had given them.
"""

from vedette.manifest.lines import Line
from vedette.manifest.unsure import is_unsure
from vedette.rounds.agreement import names_in
from vedette.rounds.round import AnswerKind


def kind_of(line: Line) -> AnswerKind:
    """Return what kind of answer a line is."""
    has_labels = bool(names_in(line))
    if is_unsure(line):
        return "unsure" if has_labels else "skipped"
    return "given" if has_labels else "nothing"
