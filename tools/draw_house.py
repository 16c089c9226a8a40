"""Draw the rooms and who imports whom, out of the source itself, as docs/house.svg.

    floors   from the layers of .importlinter, the upper ones above
    boxes    the packages below src/vedette
    lines    imports, wherever in a module they stand; one that follows from others is left out

Nothing is typed in by hand, so that the picture cannot lie; a test holds it to the code.
"""

import ast
import configparser
from functools import cache
from html import escape
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "src" / "vedette"

# Pixels, at the scale in which a README shows it.
BOX_WIDTH, BOX_HEIGHT, FLOOR_HEIGHT, MARGIN = 108, 30, 62, 24
COLUMN_WIDTH, COLUMNS = 118, 8
WIDTH = 2 * MARGIN + COLUMN_WIDTH * COLUMNS
# A line through a box costs more than one across the whole width.
THROUGH_A_BOX = 400
# A colour for each kind of room that ARCHITECTURE.md names, light enough for black letters.
PAINT = ("#dbe9f6", "#dff0d8", "#fdf0d5", "#f6dfdf", "#e6e0f2", "#e3e7ea")

Graph = dict[str, set[str]]
# The column and the floor of each room.
Places = dict[str, tuple[int, int]]
Point = tuple[float, float]


@cache
def read_imports() -> Graph:
    """Return for each room the other rooms that its modules import; nobody changes it."""
    rooms = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    graph: Graph = {room: set() for room in rooms}
    for path in sorted(PACKAGE.rglob("*.py")):
        room = path.relative_to(PACKAGE).parts[0]
        if room in rooms:
            graph[room] |= _imported_rooms(path, rooms) - {room}
    return graph


def _imported_rooms(path: Path, rooms: set[str]) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    parts = [name.split(".") for name in names]
    return {part[1] for part in parts if part[0] == "vedette" and len(part) > 1 and part[1] in rooms}


def without_implied(graph: Graph) -> Graph:
    """Return the imports that no chain of other imports implies (the transitive reduction)."""
    reach: Graph = {}

    def below(room: str) -> set[str]:
        if room not in reach:
            reach[room] = set()
            reach[room] = graph[room].union(*(below(other) for other in graph[room]))
        return reach[room]

    return {
        room: {other for other in others if not any(other in below(third) for third in others - {other})}
        for room, others in graph.items()
    }


def read_floors() -> list[list[str]]:
    """Return the rooms of each floor, the upper floors first."""
    parser = configparser.ConfigParser()
    parser.read(ROOT / ".importlinter", "utf-8")
    rooms = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    lines = parser["importlinter:contract:street"]["layers"].split("\n")
    floors = [[name.strip() for name in line.replace(":", "|").split("|")] for line in lines]
    floors = [[name for name in floor if name in rooms] for floor in floors]
    return [floor for floor in floors if floor]


def read_kinds() -> dict[str, str]:
    """Return what kind of room each is, by the first column of the table in ARCHITECTURE.md."""
    kinds: dict[str, str] = {}
    kind = ""
    for line in (ROOT / "ARCHITECTURE.md").read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) > 3 and cells[2].startswith("`"):
            kind = cells[1] or kind
            kinds[cells[2].strip("`")] = kind
    return kinds


def place_rooms(floors: list[list[str]], graph: Graph) -> Places:
    """Return where the rooms stand, so that few lines run through a box and none is longer than it must be.

    Each room in turn goes to the free column of its floor that costs least, until none wants to move.
    """
    places: Places = {}
    for number, floor in enumerate(floors):
        first = (COLUMNS - len(floor)) // 2
        places |= {room: (first + index, number) for index, room in enumerate(floor)}
    lines = [(room, other) for room in sorted(graph) for other in sorted(graph[room])]
    for _ in range(12):
        before = dict(places)
        for room in sorted(places):
            _settle(room, places, lines)
        if places == before:
            break
    return places


def _settle(room: str, places: Places, lines: list[tuple[str, str]]) -> None:
    column, floor = places[room]
    occupied = {places[other][0] for other in places if other != room and places[other][1] == floor}
    costs = {}
    for choice in range(COLUMNS):
        if choice not in occupied:
            places[room] = (choice, floor)
            costs[choice] = (cost_of(places, lines), abs(choice - column))
    places[room] = (min(costs, key=lambda choice: costs[choice]), floor)


def cost_of(places: Places, lines: list[tuple[str, str]]) -> float:
    """Return how far the lines reach sideways, and how many boxes they run through, as one number."""
    cost = 0.0
    by_floor: dict[int, list[int]] = {}
    for column, floor in places.values():
        by_floor.setdefault(floor, []).append(column)
    for room, other in lines:
        (column, floor), (end_column, end_floor) = places[room], places[other]
        slope = (end_column - column) / (end_floor - floor)
        cost += (end_column - column) ** 2  # one long line is harder to follow than several short ones
        for between in range(floor + 1, end_floor):
            at = column + slope * (between - floor)
            cost += THROUGH_A_BOX * sum(abs(at - box) < 0.6 for box in by_floor[between])
    return cost


def house_picture() -> str:
    """Return the picture as SVG."""
    graph, floors, kinds = without_implied(read_imports()), read_floors(), read_kinds()
    places = place_rooms(floors, graph)
    order = list(dict.fromkeys(kinds.values()))
    height = MARGIN * 2 + len(floors) * FLOOR_HEIGHT
    parts = [*_lines(graph, places)]
    parts += [_box(room, places[room], PAINT[order.index(kinds[room])]) for room in places]
    parts += [_legend(kind, number) for number, kind in enumerate(order)]
    return (
        "<!-- Computed from the imports by `make docs`; edit tools/draw_house.py, not this picture. -->\n"
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        'font-family="ui-monospace, monospace" font-size="12">\n'
        "<title>The rooms of Vedette: each imports only rooms below it</title>\n"
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>\n' + "\n".join(parts) + "\n</svg>\n"
    )


def _center(place: tuple[int, int]) -> Point:
    column, floor = place
    return MARGIN + (column + 0.5) * COLUMN_WIDTH, MARGIN + floor * FLOOR_HEIGHT + BOX_HEIGHT / 2


def _lines(graph: Graph, places: Places) -> list[str]:
    """Return the lines; several that meet a box do so side by side, in the order of their other ends."""
    importers: Graph = {room: {other for other in graph if room in graph[other]} for room in graph}
    parts = []
    for room in places:
        for other in sorted(graph[room]):
            x, y = _center(places[room])
            end_x, end_y = _center(places[other])
            x += _offset(other, graph[room], places)
            end_x += _offset(room, importers[other], places)
            parts.append(
                f'<path d="M{x:.0f},{y + BOX_HEIGHT / 2:.0f} L{end_x:.0f},{end_y - BOX_HEIGHT / 2:.0f}" '
                f'stroke="#8a94a0" stroke-width="1.2"><title>{room} imports {other}</title></path>'
            )
    return parts


def _offset(room: str, rooms: set[str], places: Places) -> float:
    """Return how far from the middle of a box the line to one of several rooms begins."""
    ordered = sorted(rooms, key=lambda other: (places[other][0], -places[other][1]))
    return (ordered.index(room) - (len(ordered) - 1) / 2) * min(14, 80 / len(ordered))


def _box(room: str, place: tuple[int, int], color: str) -> str:
    x, y = _center(place)
    return (
        f'<rect x="{x - BOX_WIDTH / 2:.0f}" y="{y - BOX_HEIGHT / 2:.0f}" width="{BOX_WIDTH}" '
        f'height="{BOX_HEIGHT}" rx="5" fill="{color}" stroke="#555"/>'
        f'<text x="{x:.0f}" y="{y + 4:.0f}" text-anchor="middle">{room}</text>'
    )


def _legend(kind: str, number: int) -> str:
    x, y = MARGIN, MARGIN + 18 * number
    return (
        f'<rect x="{x}" y="{y}" width="12" height="12" fill="{PAINT[number]}" stroke="#555"/>'
        f'<text x="{x + 18}" y="{y + 10}">{escape(kind)}</text>'
    )
