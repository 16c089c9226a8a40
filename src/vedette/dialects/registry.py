"""The dialects by the names that projects are stored with. A third one is a folder here and a line below."""

from vedette.dialects.dialect import Dialect
from vedette.dialects.lookout.dialect import LookoutDialect
from vedette.dialects.rekognition.dialect import CustomLabelsDialect
from vedette.manifest.problems import Scope

REKOGNITION: Dialect = CustomLabelsDialect()
LOOKOUT: Dialect = LookoutDialect()

DIALECTS: dict[str, Dialect] = {dialect.name: dialect for dialect in (REKOGNITION, LOOKOUT)}

CODES = {name: code for dialect in DIALECTS.values() for name, code in dialect.codes.items()}

# A picture is opened once for all dialects, so what is opened is whatever one of them takes.
MOST_PICTURE_BYTES = max(dialect.pictures.most_bytes for dialect in DIALECTS.values())


def allow_entries(most: int) -> None:
    """Let datasets of every service have so many entries in this process; 0 is what each of them allows.

    A server says so once, when it starts. Whoever holds a project has its dialect, and so the limit; a worker
    has it in its order.
    """
    for dialect in (REKOGNITION, LOOKOUT):
        DIALECTS[dialect.name] = dialect.with_room_for(most)


def allow_sides(width: int, height: int) -> bool:
    """Say whether some dialect takes pictures of these sides."""
    return any(dialect.pictures.allow_sides(width, height) for dialect in DIALECTS.values())


def scope_of(code: str) -> Scope:
    """Return how much a code spoils, whichever dialect it is of; entries keep their flaws without it.

    One that no dialect has, of another release, spoils its line: what is unknown is not taken for harmless.
    """
    return CODES[code].scope if code in CODES else "line"


def dialect_of(name: str) -> Dialect:
    """Return the dialect of that name; a project cannot be stored with another."""
    return DIALECTS[name]
