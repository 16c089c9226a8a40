"""Print how large files and functions are, and fail above the stop lines: a ratchet against sprawl."""

import ast
import statistics
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent / "src" / "vedette"
STOPS = {"learn": 700, "rest_json.py": 600}


def stop_for(path: Path) -> int:
    """Return the most lines this file may have."""
    return next((lines for name, lines in STOPS.items() if name in path.parts or path.name == name), 500)


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return how many lines the body spans, its docstring aside."""
    body = function.body
    if len(body) > 1 and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        body = body[1:]
    return (body[-1].end_lineno or 0) - body[0].lineno + 1


def main() -> int:
    """Measure every file; return 1 when one is over its stop line."""
    complaints: list[str] = []
    files: list[int] = []
    functions: list[int] = []
    for path in sorted(ROOT.rglob("*.py")):
        text = path.read_text("utf-8")
        lines = text.count("\n")
        files.append(lines)
        if lines > stop_for(path):
            complaints.append(f"{path.relative_to(ROOT)}: {lines} lines, stop {stop_for(path)}")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                functions.append(body_lines(node))
                if functions[-1] > 60:
                    complaints.append(
                        f"{path.relative_to(ROOT)}:{node.name}: {functions[-1]} body lines, stop 60"
                    )
    long = sum(count > 50 for count in functions)
    print(
        f"{len(files)} files, median {statistics.median(files):.0f} lines; {len(functions)} functions, "
        f"median {statistics.median(functions or [0]):.0f} body lines, {long} above 50"
    )
    if long > max(1, len(functions) // 50):
        complaints.append(f"{long} functions above 50 body lines; at most 2 % may be")
    print("\n".join(complaints))
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
