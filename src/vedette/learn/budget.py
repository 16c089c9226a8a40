"""The word or number that says how long a training may take."""

from dataclasses import dataclass

from vedette.errors import Wrong

EFFORTS = {"fast": 0.25, "balanced": 1.0, "best": 4.0}


@dataclass(frozen=True, slots=True)
class Budget:
    """How much may be tried: `effort` scales the tries, `seconds` bounds a whole training where given."""

    name: str = "balanced"
    effort: float = 1.0
    seconds: float | None = None


def read_budget(text: str) -> Budget:
    """Return the budget that `fast`, `balanced`, `best` or a number of minutes means."""
    if text in EFFORTS:
        return Budget(text, EFFORTS[text])
    try:
        minutes = float(text)
    except ValueError:
        minutes = 0.0
    if not 0 < minutes < float("inf"):
        raise Wrong(f'"{text}" is no budget: say fast, balanced, best, or a number of minutes.')
    # Two minutes are what `balanced` takes on a small set.
    return Budget(f"{minutes:g} min", min(8.0, max(0.25, minutes / 2)), minutes * 60)
