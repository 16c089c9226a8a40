"""MODEL_CARD.md: what a person should know before trusting a model, out of its facts and evaluation."""

from collections.abc import Mapping
from typing import Any

from vedette.evaluation.document import AnomalyTypeFigures, Evaluation, LabelFigures
from vedette.evaluation.headline import headline
from vedette.runtime.facts import PackageFacts

DOES = {
    "classification": "says which one of its labels a picture shows",
    "multilabel": "says which of its labels a picture shows, one or several",
    "detection": "finds objects and says where they are",
    "anomaly": "says whether a picture is anomalous, and shows where",
    "segmentation": "says whether a picture is anomalous, and which pixels are of which anomaly type",
}
FIGURES = {
    "accuracy": "Pictures judged right",
    "precision": "Precision, mean over labels",
    "recall": "Recall, mean over labels",
    "f1": "F1, mean over labels",
    "auroc": "Area under the ROC curve",
    "average_precision": "Average precision",
    "map50": "mAP at IoU 0.5",
    "map50_95": "mAP at IoU 0.5–0.95",
    "mean_iou": "IoU, mean over anomaly types",
    "clean_normals": "Normal pictures without an anomalous pixel",
}
# The recipe of a model that was trained elsewhere.
BROUGHT_IN = "brought in"
# Below this a figure moves by several points with every picture.
_FEW = 30


def model_card(facts: PackageFacts, evaluation: Evaluation | None) -> str:
    """Return the card as Markdown; without an evaluation it has no figures."""
    is_foreign = facts.recipe.get("recipe") == BROUGHT_IN
    made = "Trained elsewhere, and brought into Vedette" if is_foreign else "Made by Vedette"
    parts = [
        f"# A model for {facts.task}",
        f"It {DOES[facts.task]}. {made} on {facts.created or 'an unknown day'}.",
        *(_figures(headline(evaluation), is_foreign=is_foreign) if evaluation else []),
        *_labels(facts, evaluation),
        "## How it looks at a picture",
        _looks(facts),
        "## Where it comes from",
        *_list(
            ("Recipe", _recipe(facts)),
            ("Learnt on", _device(facts)),
            ("Backbone", " ".join(str(value) for value in facts.backbone.values())),
            ("What would help most", _advice(facts)),
            ("Training pictures", facts.data.get("training_pictures")),
            ("Test pictures", facts.data.get("test_pictures")),
            ("Fingerprint of the data", facts.data.get("fingerprint")),
            ("Made with", ", ".join(f"{name} {version}" for name, version in facts.versions.items())),
        ),
        "## Use and limits",
        "Run it with `vedette detect MODEL PICTURE`, or in Python with "
        "`vedette.load(MODEL).detect(picture)`. It knows the kind of pictures it was trained with: another "
        "camera, light or place needs pictures of its own in training and test. The figures above hold "
        "for the test part alone.",
    ]
    return "\n\n".join(parts) + "\n"


def _figures(short: Mapping[str, Any], *, is_foreign: bool) -> list[str]:
    rows = [
        f"| {name} | {short[key]:.3f} |" for key, name in FIGURES.items() if isinstance(short.get(key), float)
    ]
    if not rows:
        return []
    pictures = short.get("pictures", 0)
    few = " So few pictures make every figure rough." if pictures < _FEW else ""
    known = "; what it was trained with is not known here" if is_foreign else " that it was not trained with"
    return [
        "## How good it is",
        f"On {pictures} test pictures{known}.{few}",
        "\n".join(["| figure | value |", "|---|---|", *rows]),
    ]


def _labels(facts: PackageFacts, evaluation: Evaluation | None) -> list[str]:
    figures = {row.label: row for row in evaluation.labels} if evaluation else {}
    rows = ["| label | threshold | test pictures | precision | recall | F1 |", "|---|---|---|---|---|---|"]
    for label in dict.fromkeys([*facts.thresholds, *facts.labels]):
        threshold = f"{facts.thresholds[label]:.3f}" if label in facts.thresholds else ""
        cells = [label.replace("|", "\\|"), threshold, *_cells(figures.get(label))]
        rows.append(f"| {' | '.join(cells)} |")
    return ["## Its labels", "\n".join(rows)]


def _cells(row: LabelFigures | AnomalyTypeFigures | None) -> list[str]:
    if row is None:
        return [""] * 4
    return [str(row.test_pictures), *(f"{value:.3f}" for value in (row.precision, row.recall, row.f1))]


def _looks(facts: PackageFacts) -> str:
    height, width = facts.input_size
    fitting = "stretched" if facts.policy == "stretch" else "fitted, with grey margins,"
    sentence = f"Upright, as RGB, {fitting} to {width} × {height} pixels."
    if facts.tiling is None:
        return sentence
    tall, wide = facts.tiling.tile
    whole = ", and the whole picture besides" if facts.tiling.whole else ""
    return f"{sentence} Large pictures in tiles of {wide} × {tall} pixels{whole}."


def _recipe(facts: PackageFacts) -> str:
    """Return which way of learning won, and over which others."""
    best = facts.recipe.get("recipe", "")
    attempts = [str(attempt.get("recipe")) for attempt in facts.recipe.get("tried", ())]
    others = [name for name in attempts if name != best]
    return f"{best}, the best of {', '.join([best, *others])}" if best and others else str(best)


def _device(facts: PackageFacts) -> str:
    """Return what learnt, where that was a GPU or should have been one."""
    if note := facts.recipe.get("device_note"):
        return f"the processor. {note}"
    return "a GPU" if facts.recipe.get("device") == "cuda" else ""


def _advice(facts: PackageFacts) -> str:
    """Return of which label more pictures would help most, where one was told worse than all others."""
    advice = facts.recipe.get("more_pictures_of")
    if not isinstance(advice, dict):
        return ""
    return f"more pictures of {advice.get('label')}, which was told worst in training"


def _list(*pairs: tuple[str, Any]) -> list[str]:
    lines = [f"- {name}: {value}" for name, value in pairs if value not in (None, "")]
    return ["\n".join(lines)] if lines else []
