"""What a page needs to move a threshold: how many scores of each label were right and wrong, in thousandths.

Counts are exact for every threshold of three decimals, and no longer than a thousand pairs however
many pictures there are. Types of a segmentation have no score of their own and are not here.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

# A slider's step. Scores are told apart no finer than a person would set a threshold.
STEPS = 1000

Tally = list[tuple[int, int]]


def tallies(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return each label's scores: `right` where it is there, `wrong` where it is not.

    `of` is how many are there, `among` how many pictures lack the label; None for boxes, which could be
    anywhere.
    """
    found = []
    for row in document["labels"]:
        if "counts" not in row:
            continue
        scores = list(_scores(document, row["label"]))
        there = row["counts"]["tp"] + row["counts"]["fn"]
        found.append(
            {
                "label": row["label"],
                "own": row["threshold"],
                "counts": row["counts"],
                "of": there,
                "among": None if "test_boxes" in row else document["pictures"] - there,
                "right": _tally(score for score, is_there in scores if is_there),
                "wrong": _tally(score for score, is_there in scores if not is_there),
            }
        )
    return found


def _scores(document: Mapping[str, Any], label: str) -> Iterable[tuple[float, bool]]:
    """Yield every score of a label, and whether what it is of is there."""
    for outcome in document["outcomes"]:
        if "missed" in outcome:
            for finding in outcome["findings"]:
                if finding["label"] == label:
                    yield finding["confidence"], finding["is_present"]
        elif "score" in outcome:
            yield outcome["score"], outcome["truth"]
        else:
            yield outcome["scores"][label], label in outcome["truth"]


def _tally(scores: Iterable[float]) -> Tally:
    """Return how many scores lie in each thousandth, the highest first."""
    # By millionths, since 0.57 × 1000 is a little less than 570.
    counts = Counter(min(STEPS, round(score * 1e6) * STEPS // 1_000_000) for score in scores)
    return sorted(counts.items(), reverse=True)
