"""Hold the code's vocabulary to words that someone can search for: a ratchet that `make check` runs.

    python tools/words.py               the table of rooms; fails where something is worse than words.json
    python tools/words.py ROOM …        every place to mend in these rooms (or folders, or files)
    python tools/words.py --lower       write what is reached into words.json, after an improvement

Three things are counted.

    classes      a name that another class of the package has too: who searches for it finds the wrong one
    variables    a variable, parameter or field called by a participle or a pronoun of VAGUE, which says
                 when a value came and not what it is; `response`, `problems` and `version` do
    citations    a file `….md` named in a comment or a text, and not in this repository

The limits are of the whole package and not of a room, so that moving a module needs no new limit.
"""

import argparse
import ast
import io
import json
import re
import sys
import tokenize
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

REPOSITORY = Path(__file__).parent.parent
PACKAGE = REPOSITORY / "src" / "vedette"
LIMITS = Path(__file__).with_suffix(".json")

# What the code used on 2026-11-28, and its kin, so that nobody mends `said` to `spoken`. The words of a
# comparison (added, removed, changed, expected, missing) are the trade's and stay.
VAGUE = frozenset(
    """
    said told found each seen given kept known asked shown heard read made got taken gone done wanted held
    written named called drawn learnt chosen stored refused judged moved sent begun looked thought brought
    met lost spoken noted gathered understood grasped reached tried weighed
    says say look looks took saw gave came had was
    what who whom whose which why how when where here there it they this that these those one ones some
    thing things stuff everything something anything mine ours theirs
    """.split()  # noqa: SIM905
)
# `left` is a side of a box, and vague only where nothing else of a box is in sight.
SIDES = frozenset({"right", "top"})
# Files of this name are in every model package and not in the repository.
ELSEWHERE = frozenset({"MODEL_CARD.md"})
SHARE = 0.005  # of all variables; httpx has 0.0006


class Place(NamedTuple):
    """A place in the source, and the word there."""

    path: Path
    line: int
    word: str


class Survey:
    """The classes, variables and citations of some files."""

    def __init__(self, paths: list[Path]) -> None:
        """Read every file once."""
        self.classes: list[Place] = []
        self.variables: list[Place] = []
        self.citations: list[Place] = []
        for path in paths:
            text = path.read_text("utf-8")
            tree = ast.parse(text)
            names = [Place(path, line, name) for node in ast.walk(tree) for name, line in bound_names(node)]
            has_sides = bool(SIDES & {name.word for name in names})
            self.variables += [
                n._replace(word="left_side") if has_sides and n.word == "left" else n for n in names
            ]
            self.classes += [
                Place(path, node.lineno, node.name)
                for node in ast.walk(tree)
                if isinstance(node, ast.ClassDef)
            ]
            self.citations += [Place(path, line, name) for name, line in missing_citations(text)]

    def vague(self) -> list[Place]:
        """Return the variables whose name says nothing of what they hold."""
        return [place for place in self.variables if place.word.strip("_") in VAGUE | {"left"}]

    def shared(self) -> dict[str, list[Place]]:
        """Return the classes that share their name."""
        by_name: dict[str, list[Place]] = defaultdict(list)
        for place in self.classes:
            by_name[place.word].append(place)
        return {name: places for name, places in sorted(by_name.items()) if len(places) > 1}


def target_names(target: ast.expr) -> Iterator[tuple[str, int]]:
    """Yield the names that an assignment to this target binds, attributes of self among them."""
    if isinstance(target, ast.Name):
        yield target.id, target.lineno
    elif (
        isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and target.value.id == "self"
    ):
        yield target.attr, target.lineno
    elif isinstance(target, ast.Tuple | ast.List):
        for element in target.elts:
            yield from target_names(element)
    elif isinstance(target, ast.Starred):
        yield from target_names(target.value)


def bound_names(node: ast.AST) -> Iterator[tuple[str, int]]:
    """Yield the names that this node itself binds to values."""
    match node:
        case ast.Assign(targets=targets):
            for target in targets:
                yield from target_names(target)
        case ast.AnnAssign() | ast.For() | ast.AsyncFor() | ast.comprehension() | ast.NamedExpr():
            yield from target_names(node.target)
        case ast.arg() if node.arg not in ("self", "cls"):
            yield node.arg, node.lineno
        case ast.withitem(optional_vars=ast.expr() as target):
            yield from target_names(target)
        case ast.ExceptHandler(name=str() as name):
            yield name, node.lineno


def missing_citations(text: str) -> Iterator[tuple[str, int]]:
    """Yield the Markdown files that comments and texts name and this repository does not have."""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in (tokenize.COMMENT, tokenize.STRING):
            continue
        for match in re.finditer(r"(?<![\w*{])[\w/.-]*[\w]\.md\b", token.string):
            name = match[0]
            if name not in ELSEWHERE and not any(
                (root / name).exists() for root in (REPOSITORY, REPOSITORY / "docs")
            ):
                yield name, token.start[0] + token.string.count("\n", 0, match.start())


def room_of(path: Path) -> str:
    """Return the room of a file of the package, or the folder of any other."""
    inside = path.relative_to(PACKAGE if path.is_relative_to(PACKAGE) else REPOSITORY)
    return inside.parts[0].removesuffix(".py")


def files_of(name: str) -> list[Path]:
    """Return the Python files of a room, a folder or a file."""
    for base in (PACKAGE / name, PACKAGE / f"{name}.py", REPOSITORY / name):
        if base.exists():
            return sorted(base.rglob("*.py")) if base.is_dir() else [base.resolve()]
    sys.exit(f"{name} is neither a room of src/vedette nor a folder or file of this repository")


def print_places(package: Survey, names: list[str]) -> None:
    """Print every place to mend in these rooms."""
    shared = package.shared()
    for name in names:
        paths = files_of(name)
        survey = Survey(paths)
        for place in survey.classes:
            others = [other for other in shared.get(place.word, []) if other[:2] != place[:2]]
            if others:
                print_place(place, f"class {place.word}, also in " + ", ".join(map(relative, others)))
        for place in sorted(survey.vague()):
            print_place(place, f"variable {place.word}")
        for place in survey.citations:
            print_place(place, f"cites {place.word}, which is not in the repository")


def relative(place: Place) -> str:
    """Return the place as an editor opens it."""
    path = place.path.relative_to(REPOSITORY) if place.path.is_relative_to(REPOSITORY) else place.path
    return f"{path}:{place.line}"


def print_place(place: Place, problem: str) -> None:
    """Print one place to mend."""
    print(f"{relative(place)}: {problem}")


def print_table(survey: Survey) -> None:
    """Print what each room has."""
    total = Counter(room_of(place.path) for place in survey.variables)
    vague = Counter(room_of(place.path) for place in survey.vague())
    classes = Counter(room_of(place.path) for places in survey.shared().values() for place in places)
    citations = Counter(room_of(place.path) for place in survey.citations)
    print(f"{'room':<14}{'variables':>10}{'vague':>7}{'share':>8}{'classes shared':>16}{'citations':>11}")
    for room, count in sorted(total.items()):
        share = f"{vague[room] / count:.1%}"
        print(f"{room:<14}{count:>10}{vague[room]:>7}{share:>8}{classes[room]:>16}{citations[room]:>11}")


def measure(survey: Survey) -> dict[str, int | dict[str, int]]:
    """Return the figures that the ratchet holds."""
    return {
        "vague variables": len(survey.vague()),
        "missing citations": len(survey.citations),
        "shared classes": {name: len(places) for name, places in survey.shared().items()},
    }


def complaints(figures: dict, limits: dict, survey: Survey) -> list[str]:
    """Return what is worse than the limits."""
    result = [
        f"{figures[name]} {name}, at most {limits[name]} may be: python tools/words.py ROOM lists them"
        for name in ("vague variables", "missing citations")
        if figures[name] > limits[name]
    ]
    for name, places in survey.shared().items():
        if len(places) > limits["shared classes"].get(name, 1):
            result.append(f"the class name {name} is not unique: " + ", ".join(map(relative, places)))
    return result


def main() -> int:
    """List, lower or check."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("rooms", nargs="*", metavar="ROOM")
    parser.add_argument(
        "--lower", action="store_true", help="write the figures that are reached as the limits"
    )
    arguments = parser.parse_args()
    survey = Survey(sorted(PACKAGE.rglob("*.py")))
    if arguments.rooms:
        print_places(survey, arguments.rooms)
        return 0
    figures = measure(survey)
    if arguments.lower:
        LIMITS.write_text(json.dumps(figures, indent=2, sort_keys=True) + "\n", "utf-8")
    print_table(survey)
    share = len(survey.vague()) / len(survey.variables)
    print(f"{share:.2%} of {len(survey.variables)} variables are vague (aim {SHARE:.1%});", end=" ")
    print(f"{len(survey.shared())} class names are shared; {len(survey.citations)} citations are missing")
    problems = complaints(figures, json.loads(LIMITS.read_text("utf-8")), survey)
    print("\n".join(problems))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
