"""What people decide about a project's labels: their colour, their shortcut key, their order.

A label with settings belongs to its project also while no picture has it, as a list of labels does that was
written down before the labelling began. Nothing here changes a dataset.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, select, update

from vedette.datasets.tables import label_settings as settings
from vedette.errors import Taken, TooMuch, Wrong
from vedette.projects.project import Project
from vedette.store.db import Database

MOST = 250
"""As many as a dataset may have labels (the quota on labels of both guides)."""

LONGEST = 256  # characters of a label's name, as both services allow
COLOUR = re.compile(r"#[0-9A-Fa-f]{6}", re.ASCII)
KEY = re.compile(r"[0-9a-z]", re.ASCII)


@dataclass(frozen=True, slots=True)
class LabelSetting:
    """A label's colour (#RRGGBB) and shortcut key (one of 0-9 a-z); both may be empty."""

    name: str
    colour: str = ""
    key: str = ""


class LabelSettings:
    """The label settings of every project."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def list(self, project: Project) -> Sequence[LabelSetting]:
        """Return the project's settings in their order."""
        with self._database.read() as connection:
            return list(_read(connection, project).values())

    def put(
        self, project: Project, changed: Sequence[LabelSetting], removed: Sequence[str] = ()
    ) -> Sequence[LabelSetting]:
        """Set these labels, forget those, and return all that there are then; all or nothing."""
        for setting in changed:
            _check(setting)
        with self._database.write() as connection:
            before = _read(connection, project)
            after = {name: setting for name, setting in before.items() if name not in set(removed)}
            after.update({setting.name: _normal(setting) for setting in changed})
            _check_all(after)
            _write(connection, project, before, after)
        return list(after.values())


def _read(connection: Connection, project: Project) -> dict[str, LabelSetting]:
    query = select(settings).where(settings.c.project == project.id).order_by(settings.c.position)
    rows = connection.execute(query)
    labels_named = ((bytes(row.name).decode("utf-8"), row) for row in rows)
    return {name: LabelSetting(name, row.colour, row.key) for name, row in labels_named}


def _write(
    connection: Connection,
    project: Project,
    before: Mapping[str, LabelSetting],
    after: Mapping[str, LabelSetting],
) -> None:
    for name in before.keys() - after.keys():
        connection.execute(delete(settings).where(_one(project, name)))
    last = connection.execute(
        select(func.coalesce(func.max(settings.c.position), 0)).where(settings.c.project == project.id)
    ).scalar_one()
    for name, setting in after.items():
        values = {key: value for key, value in asdict(setting).items() if key != "name"}
        if name in before:
            connection.execute(update(settings).where(_one(project, name)).values(values))
        else:
            last += 1
            row = {"project": project.id, "name": name.encode("utf-8"), "position": last, **values}
            connection.execute(insert(settings).values(row))


def _one(project: Project, name: str) -> ColumnElement[bool]:
    return and_(settings.c.project == project.id, settings.c.name == name.encode("utf-8"))


def _normal(setting: LabelSetting) -> LabelSetting:
    return LabelSetting(setting.name, setting.colour.upper(), setting.key)


def _check(setting: LabelSetting) -> None:
    if not 1 <= len(setting.name) <= LONGEST:
        raise Wrong(f"A label has from 1 to {LONGEST} characters.", kind="label", name=setting.name)
    if setting.colour and not COLOUR.fullmatch(setting.colour):
        raise Wrong(
            f"{setting.colour!r} is not a colour of the form #RRGGBB.", kind="label", name=setting.name
        )
    if setting.key and not KEY.fullmatch(setting.key):
        raise Wrong(f"A shortcut key is one of 0-9 and a-z, not {setting.key!r}.", kind="label")


def _check_all(after: Mapping[str, LabelSetting]) -> None:
    if len(after) > MOST:
        raise TooMuch(f"A project has settings for {MOST} labels at the most.", kind="label")
    holders: dict[str, str] = {}
    for setting in after.values():
        if setting.key and (holder := holders.setdefault(setting.key, setting.name)) != setting.name:
            raise Taken(
                f"The key {setting.key} belongs to the label {holder} already.",
                kind="label",
                name=setting.name,
            )
