"""Write console/src/sentences/messages/en.ts: what the server says in sentences, each under a key.

Sentences are taken from the code that says them, with a place for each value, so that none is without a
key; the console's other languages must have every key (its types demand that), and it finds a sentence by
its form. Run by `make generate`; a test compares.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TypeGuard

sys.path.insert(0, str(Path(__file__).parent))

from computed_files import wants_check, write_or_check

from vedette.datasets.changes import TOO_EARLY
from vedette.datasets.dataset import MOVES
from vedette.dialects.lookout.codes import CODES as LOOKOUT_CODES
from vedette.dialects.rekognition.codes import CODES as REKOGNITION_CODES
from vedette.projects.version import WORDS

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "vedette"
TARGET = ROOT / "console" / "src" / "sentences" / "messages" / "en.ts"
# The rooms whose sentences the console shows. Not those that only programs and the command line meet:
# policies, signatures, moves of files.
ROOMS = (
    "datasets", "imports", "exports", "suggestions", "rounds", "trials", "feedback", "batches",
    "loops",
    "exchange/coco.py", "exchange/cvat.py", "exchange/labelstudio.py", "exchange/voc.py",
    "exchange/anomaly_sets.py", "exchange/cvat_video.py", "exchange/datumaro.py", "exchange/fiftyone.py",
    "exchange/imagefolder.py", "exchange/labelme.py", "exchange/regions.py", "exchange/supervisely.py",
    "exchange/via.py", "exchange/roboflow.py", "exchange/unfinished.py", "exchange/mask_files.py",
    "exchange/shapes.py", "exchange/shape_masks.py", "exchange/json_files.py", "exchange/mask_regions.py",
    "exchange/turned_boxes.py", "exchange/box_masks.py", "exchange/yolo.py", "exchange/items.py",
    "exchange/packing.py", "exchange/groundtruth.py", "exchange/xml_texts.py",
    "training", "serving/hosted.py", "serving/hosting.py", "serving/pictures.py", "serving/explaining.py",
    "serving/places.py", "serving/starting.py", "serving/states.py", "engines/placement.py",
    "engines/ray_cluster.py", "engines/ray_relay.py", "engines/ray_units.py", "engines/ray_watch.py",
    "engines/ray_words.py", "jobs/guard.py", "jobs/placing.py", "dialects/limits.py",
    "projects/projects.py", "projects/version_rows.py", "projects/version_states.py", "projects/versions.py",
    "projects/thresholds.py", "projects/tags.py", "projects/aliases.py",
    "encryption/keys.py", "encryption/aliases.py", "encryption/folder_keys.py",
    "store/disk.py", "store/reserve.py", "identity/may.py", "identity/console_sessions.py",
    "identity/administrators.py", "api/own", "api/console/attempts.py", "api/console/exports.py",
    "monitoring/actions.py", "notifications/sender.py",
    "api/console/faults.py", "api/console/pictures.py", "api/console/sessions.py", "api/console/origin.py",
)  # fmt: skip
# Told by its own catalogue (`features/wizard/advice.ts`), or names of things and no sentences.
LEFT_OUT = ("imports/advice.py", "datasets/queries.py", "training/slices.py", "api/own/usage.py")
# Parts of sentences that stand in another's place, which no rule finds.
PARTS = (
    "The {kind} dataset of {name}",
    "The version {name} of {project} {state}",
    "a unit", "a training",
    "points to the version {standing}", "is not there",
    "are several pictures",
    "is no picture",
    "train", "test", "running", "done", "failed", "cancelled", "undoing", "undone", "preparing", "open",
    "ready", "ended", "handing-back", "handed-back",
    "Line {number}: {sentence}",
    "Before restoring {name}", "Before taking back change {number}", "Before an import",
    *sorted({*TOO_EARLY.values(), *WORDS.values(), *MOVES}),
)  # fmt: skip
# What another one covers, whose last place takes a whole sentence.
COVERED = ("Line {}: {}.",)
LONGEST_KEY = 6
HEADER = """// Written by tools/write_sentences.py from the server's code. Do not edit: make generate.

"""


def templates() -> Iterator[str]:
    """Yield every sentence, a place for each value in braces; twice what is said twice."""
    for room in ROOMS:
        path = SOURCE / room
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            if str(file.relative_to(SOURCE)) not in LEFT_OUT:
                yield from sentences_of(ast.parse(file.read_text("utf-8")))
    yield from PARTS
    for table in (REKOGNITION_CODES, LOOKOUT_CODES):
        yield from (with_places(code.message) for code in table.values())


def with_places(form: str) -> str:
    """Return the message of a code with names for its places."""
    numbers = iter(range(1, 20))
    named = form.replace("The {} dataset", "The {kind} dataset")
    return re.sub(r"\{\}", lambda _: f"{{value{next(numbers)}}}", named)


def sentences_of(tree: ast.Module) -> Iterator[str]:
    """Yield the sentences of a module that a person may be told."""
    hidden = set(not_told(tree))
    for node in ast.walk(tree):
        text = template_of(node) if id(node) not in hidden else ""
        if is_sentence(text):
            yield text
        elif is_refusal(node) and is_sentence(rest := f"{{place}} {template_of(node.args[1])}"):
            yield rest


def not_told(tree: ast.Module) -> Iterator[int]:
    """Yield what is a docstring, a line for the log, a claim, or a piece of a text that is taken whole."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield id(node.value)
        elif isinstance(node, ast.JoinedStr):
            yield from (id(value) for value in node.values)
        elif isinstance(node, ast.Assert) and node.msg is not None:
            yield id(node.msg)
        elif isinstance(node, ast.Call) and is_log(node.func):
            yield from (id(argument) for argument in node.args)


def is_refusal(node: ast.AST) -> TypeGuard[ast.Call]:
    """Say whether a call refuses a piece of a file: its sentence is the place, and what is wrong there."""
    is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "refuse"
    return is_call and len(node.args) == 2


def is_log(function: ast.expr) -> bool:
    """Say whether a call writes into the log."""
    is_method = isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name)
    return is_method and function.value.id == "log"


def template_of(node: ast.AST) -> str:
    """Return a text with places for its values; nothing where the node is none."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if not isinstance(node, ast.JoinedStr):
        return ""
    names: list[str] = []
    parts = []
    for value in node.values:
        if isinstance(value, ast.FormattedValue):
            names.append(free_name(place_of(value.value), names))
            parts.append(f"{{{names[-1]}}}")
        elif isinstance(value, ast.Constant):
            parts.append(str(value.value))
    return "".join(parts)


def is_sentence(text: str) -> bool:
    """Say whether a text is said to people: it begins and ends as a sentence does."""
    begins = text[:1].isupper() or text[:1] == "{"
    has_words = re.search(r"[A-Za-z]{2}", re.sub(r"\{\w+\}", "", text))
    ends = text.endswith(".") or "not authorized to perform" in text
    return begins and " " in text and ends and has_words is not None


def place_of(value: ast.expr) -> str:
    """Return what a value's place is called: the last part of the first thing that it is worked out from."""
    if isinstance(value, ast.Subscript) and isinstance(value.value, ast.Name):
        return {"WORDS": "state", "OTHER": "kind"}.get(value.value.id, camel(value.value.id))
    for node in ast.walk(value):
        if isinstance(node, ast.Call):
            inner = node.args[0] if node.args and not isinstance(node.args[0], ast.Constant) else node.func
            return place_of(inner.value if inner is node.func and isinstance(inner, ast.Attribute) else inner)
        if isinstance(node, ast.Attribute):
            return camel(node.attr)
        if isinstance(node, ast.Name):
            return camel(node.id)
    return "value"


def camel(name: str) -> str:
    """Return a name as the catalogues write it."""
    first, *rest = [word for word in name.lower().split("_") if word] or ["value"]
    return first + "".join(word.capitalize() for word in rest)


def free_name(name: str, names: list[str]) -> str:
    """Return the name, with a number where it is taken."""
    return next(free for free in (name, *(f"{name}{number}" for number in range(2, 20))) if free not in names)


def key_of(text: str, keys: dict[str, str]) -> str:
    """Return a key of a text's first words that no other text has."""
    words = re.findall(r"[A-Za-z0-9]+", re.sub(r"\{\w+\}", " ", text))[:LONGEST_KEY]
    key = words[0].lower() + "".join(word.capitalize() for word in words[1:])
    return free_name(key if key[0].isalpha() else f"of{key}", list(keys))


def shape_of(text: str) -> str:
    """Return a text without the names of its places: two of one shape are the same sentence."""
    return re.sub(r"\{\w+\}", "{}", text)


def catalogue() -> dict[str, str]:
    """Return every sentence by its key, in the order of the keys."""
    texts = {shape_of(text): text for text in sorted(set(templates()), reverse=True)}
    for shape in COVERED:
        del texts[shape]
    keys: dict[str, str] = {}
    for text in sorted(texts.values()):
        keys[key_of(text, keys)] = text
    return dict(sorted(keys.items()))


def write(keys: dict[str, str]) -> str:
    """Return the catalogue as TypeScript, as prettier writes it."""
    lines = []
    for key, text in keys.items():
        quoted = '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
        if text.count('"') > text.count("'"):
            quoted = "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
        one = f"  {key}: {quoted},"
        lines.append(one if len(one) <= 110 else f"  {key}:\n    {quoted},")
    return HEADER + "export const messages = {\n" + "\n".join(lines) + "\n} as const;\n"


def main() -> int:
    """Write the catalogue, or say whether it differs."""
    return write_or_check({TARGET: write(catalogue())}, check=wants_check(__doc__ or ""))


if __name__ == "__main__":
    sys.exit(main())
