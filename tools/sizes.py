"""Print how large files and functions are, and fail above the stop lines: a ratchet against sprawl.

Files above the aim are named, those above the stop fail. Bodies of functions are held to what the code
reached in its first weeks: the smallest beside httpx, datasette, supervision and anomalib.
"""

import ast
import statistics
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent / "src" / "vedette"
AIM = 350  # lines of a file
STOPS = {"rest_json.py": 600}
MEDIAN_BODY, NINETIETH_BODY, LONGEST_BODY = 5, 15, 48  # lines


def stop_for(path: Path) -> int:
    """Return the most lines this file may have."""
    return next((lines for name, lines in STOPS.items() if name in path.parts or path.name == name), 500)


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return how many lines the body spans, its docstring aside."""
    body = function.body
    if len(body) > 1 and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        body = body[1:]
    return (body[-1].end_lineno or 0) - body[0].lineno + 1


def measure_files() -> tuple[dict[str, int], list[tuple[str, int]]]:
    """Return the lines of every file, and the body lines of every function by its file and name."""
    files: dict[str, int] = {}
    functions: list[tuple[str, int]] = []
    for path in sorted(ROOT.rglob("*.py")):
        text = path.read_text("utf-8")
        name = str(path.relative_to(ROOT))
        files[name] = text.count("\n")
        functions += [
            (f"{name}:{node.name}", body_lines(node))
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        ]
    return files, functions


def judge(files: dict[str, int], functions: list[tuple[str, int]]) -> list[str]:
    """Return what is over its stop line."""
    complaints = [
        f"{name}: {lines} lines, stop {stop_for(Path(name))}"
        for name, lines in files.items()
        if lines > stop_for(Path(name))
    ]
    complaints += [
        f"{name}: {lines} body lines, stop {LONGEST_BODY}"
        for name, lines in functions
        if lines > LONGEST_BODY
    ]
    for figure, percent, stop in (("median", 50, MEDIAN_BODY), ("p90", 90, NINETIETH_BODY)):
        if percentile(functions, percent) > stop:
            complaints.append(f"{figure} of body lines {percentile(functions, percent):.0f}, stop {stop}")
    return complaints


def percentile(functions: list[tuple[str, int]], percent: int) -> float:
    """Return the body lines that this share of functions does not exceed."""
    return statistics.quantiles([lines for _, lines in functions], n=100, method="inclusive")[percent - 1]


def main() -> int:
    """Measure every file; return 1 when something is over its stop line."""
    files, functions = measure_files()
    print(f"{len(files)} files, median {statistics.median(files.values()):.0f} lines;", end=" ")
    print(
        f"{len(functions)} functions, body lines: median {percentile(functions, 50):.0f}, "
        f"p90 {percentile(functions, 90):.0f}, most {max(lines for _, lines in functions)}"
    )
    above = sorted((-lines, name) for name, lines in files.items() if lines > AIM)
    print(f"{len(above)} above {AIM} lines: " + ", ".join(f"{name} {-lines}" for lines, name in above))
    complaints = judge(files, functions)
    print("\n".join(complaints))
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
