"""Pictures that somebody looked at and could not label for sure: a mark in the line's `source-ref-metadata`.

That key says something of the picture and labels nothing, for both services and for Ground Truth; what else
stands in it stays. A marked line counts as unlabelled, whatever labels it keeps (decisions/0287).
"""

from typing import Any

from vedette.manifest.lines import PAIR_END, SOURCE, Line, change_line
from vedette.manifest.verdicts import Verdict

ABOUT = f"{SOURCE}{PAIR_END}"
MARK = "vedette-unsure"


def is_unsure(line: Line) -> bool:
    """Say whether the line has the mark."""
    about = line.values.get(ABOUT)
    return isinstance(about, dict) and about.get(MARK) == "yes"


def mark_unsure(line: Line) -> Line:
    """Return the line with the mark; its labels stay."""
    about = line.values.get(ABOUT)
    return change_line(line, {ABOUT: {**(about if isinstance(about, dict) else {}), MARK: "yes"}})


def settle(line: Line) -> Line:
    """Return the line without the mark, as whoever labels for sure leaves it."""
    about: Any = line.values.get(ABOUT)
    if not isinstance(about, dict) or MARK not in about:
        return line
    rest = {key: value for key, value in about.items() if key != MARK}
    return change_line(line, {ABOUT: rest}) if rest else change_line(line, {}, without=[ABOUT])


def set_aside(line: Line, verdict: Verdict) -> Verdict:
    """Return the verdict on a line: of a marked one nothing is learnt, and its errors stay."""
    if verdict.state != "valid" or not is_unsure(line):
        return verdict
    return Verdict("ignored", verdict.flaws)
