"""The steps of a loop, and which follows which: a table, and arithmetic on values."""

from collections.abc import Mapping
from typing import Any

from vedette.loops.values import LoopState, LoopStep

NEXT: Mapping[LoopStep, LoopStep] = {
    "begin": "look",
    "look": "choose",
    "choose": "share",
    "share": "label",
    "label": "train",
    "train": "order",
    "order": "learn",
    "learn": "compare",
    "compare": "move",
    "move": "start",
    "start": "switch",
    "switch": "retire",
    "retire": "end",
}
# Steps that need a person's word: what costs hours of a processor, and what changes who answers.
ASKS: Mapping[LoopStep, str] = {
    "train": "The pictures are labelled. Go on to train the next version.",
    "move": "The new version is better. Go on to let the name point to it.",
}
# What a loop waits for that no person has to do.
BETTER = "better"


def next_step(loop: LoopState, notes: Mapping[str, Any]) -> LoopStep:
    """Return the step after the one that was done, which noted this."""
    if loop.step == "choose" and not notes.get("chosen"):
        return "end"
    if loop.step == "label" and not notes.get("labelled"):
        return "end"
    if loop.step == "compare" and (notes.get("verdict") != BETTER or not loop.wish.alias):
        return "end"
    return NEXT[loop.step]


def asks(loop: LoopState) -> str:
    """Return what a person is asked before the next step; nothing where nobody is."""
    if loop.wish.is_automatic or loop.is_confirmed:
        return ""
    return ASKS.get(loop.step, "")


def outcome(loop: LoopState) -> str:
    """Return in a sentence what came of a loop that has ended."""
    facts = loop.facts
    if not facts.get("chosen"):
        return "No picture was left to label."
    if not facts.get("labelled"):
        return "No picture was labelled, so nothing was trained."
    new, old, verdict = facts.get("new_name", ""), loop.version_name, facts.get("verdict", "")
    if verdict == "worse":
        return f"The version {new} is worse than {old}; nothing was moved."
    if verdict != BETTER:
        return f"The version {new} is not surely better than {old}; nothing was moved."
    if not loop.wish.alias:
        return f"The version {new} is better than {old}. No alias was named, so nothing was moved."
    return f"{loop.wish.alias} points to the version {new}, which is better than {old}."
