"""An installation: a data folder, its database and its key, which belong together.

    data/
    ├── installation.json       the account and region it was made with, and a seal that only its key opens
    ├── vedette.db              unless the database is a PostgreSQL elsewhere
    ├── keys/installation.key   opens the secrets in the database
    ├── credentials.json        the root access key
    ├── buckets/  versions/     objects and models

The server's first start makes it, and nothing else does. Whatever of it is missing, damaged or of
another installation is refused with a sentence that says what to put back: a new key or an empty
database in its place would look like an installation that works, and lose the old one.
"""

import json
import logging
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from vedette.errors import NoSpace, Refusal, Wrong
from vedette.identity.identity import Identity, first_account
from vedette.identity.seal import BadSeal, Seal, key_file, make_key, open_seal, write_private
from vedette.migrations import current, numbers, upgrade
from vedette.settings import Settings
from vedette.store.db import Database, open_database, sqlite_file
from vedette.store.disk import disk_refusal
from vedette.store.modes import is_open, private, tighten

log = logging.getLogger("vedette.installation")

FILE = "installation.json"
# What a restore writes into until it is whole.
RESTORING = ".restoring-"
PROBE, PURPOSE = b"vedette", "installation"
# Checking every page takes about a second a GiB; a start has three in all. `vedette doctor` always does.
CHECKED_AT_START = 64 * 1024**2


@dataclass(frozen=True, slots=True)
class Installation:
    """An open installation. `settings` carry the account and region that the folder was made with."""

    settings: Settings
    database: Database
    seal: Seal
    identity: Identity


@contextmanager
def open_installation(settings: Settings, *, makes: bool = False) -> Iterator[Installation]:
    """Open the installation in the data folder; with `makes`, make or update what is not there yet.

    Only the server makes one, under the folder's lock.
    """
    with private():
        with in_a_sentence(settings.data):
            opened = _open(settings, makes=makes)
        try:
            yield opened
        finally:
            opened.database.close()


@contextmanager
def in_a_sentence(data: Path) -> Iterator[None]:
    """Turn what a disk or a database raises into a refusal that names the folder."""
    try:
        yield
    except Refusal:
        raise
    except (OSError, sqlite3.Error, SQLAlchemyError) as error:
        raise _refusal(data, error) from error


def check_folder(data: Path, *, makes: bool) -> None:
    """Refuse a folder that is not there, is no folder, or is not ours to write."""
    if not data.exists():
        if not makes:
            raise no_installation(data)
        with in_a_sentence(data):
            data.mkdir(parents=True, mode=0o700)
    if not data.is_dir():
        raise Wrong(f"{data} is not a folder.")
    if os.access(data, os.R_OK | os.W_OK | os.X_OK):
        return
    if hasattr(os, "statvfs") and os.statvfs(data).f_flag & os.ST_RDONLY:
        raise Wrong(f"The data folder {data} lies on a read-only file system.")
    if hasattr(os, "geteuid") and data.stat().st_uid != os.geteuid():
        raise Wrong(f"The data folder {data} belongs to another user (id {data.stat().st_uid}).")
    raise Wrong(f"The data folder {data} cannot be read and written: its mode forbids it.")


def no_installation(data: Path) -> Wrong:
    """Return the refusal for a folder that holds none."""
    return Wrong(
        f"There is no installation in {data}: `vedette serve` makes one, --data names another folder."
    )


def check_pages(database: Database) -> str:
    """Return what is wrong with the pages of a SQLite file, or nothing."""
    if database.file is None:
        return ""
    with database.read() as connection:
        answer = str(connection.execute(text("pragma quick_check(1)")).scalar())
    return "" if answer == "ok" else answer.replace("\n", " ")


def remains(data: Path) -> list[str]:
    """Return, in words, what a folder holds of an installation beside its database and its key."""
    parts = []
    models = _count(data / "versions")
    buckets = _count(data / "buckets")
    if models:
        parts.append(f"{models} model{'s' if models > 1 else ''}")
    if buckets:
        parts.append(f"{buckets} bucket{'s' if buckets > 1 else ''}")
    if not parts and ((data / FILE).exists() or (data / "credentials.json").exists()):
        parts.append("the credentials of an installation")
    return parts


def _open(settings: Settings, *, makes: bool) -> Installation:
    data = settings.data
    check_folder(data, makes=makes)
    _refuse_lost_file(settings, makes=makes)
    database = open_database(settings.database, data)
    try:
        number = _number(database, data, makes=makes)
        account = "" if number is None else first_account(database)
        if makes and not account and not (data / FILE).exists():
            make_key(data)  # without an account there is no secret that needs another key
        seal = open_seal(data)
        if makes:
            upgrade(database, data)
        identity = Identity(database, seal)
        own_settings = _own_settings(settings, identity, seal, first=account, makes=makes)
        if makes:
            identity.root.ensure(own_settings.account, own_settings.region, data)
    except BaseException:
        database.close()
        raise
    return Installation(own_settings, database, seal, identity)


def _refuse_lost_file(settings: Settings, *, makes: bool) -> None:
    """Refuse a SQLite database that is missing or empty, unless this is the first start."""
    file = sqlite_file(settings.database, settings.data)
    if file is None or _has_content(file):
        return
    _refuse_lost(settings, "is empty" if file.exists() else "is missing", str(file))
    if not makes:
        raise no_installation(settings.data)


def _has_content(file: Path) -> bool:
    """Say whether a database has content. A log beside it does not count: it is of the file that is lost."""
    if file.is_dir():
        raise Wrong(f"The database {file} is a folder. Put the database back from a backup.")
    return file.exists() and file.stat().st_size > 0


def _refuse_lost(settings: Settings, problem: str, name: str) -> None:
    data = settings.data
    if any(data.glob(f"{RESTORING}*")):
        raise Wrong(f"A restore into {data} was broken off: empty the folder, and restore again.")
    holds = remains(data)
    if not holds:
        return
    copies = f" Copies from before updates lie in {data / 'backups'}." if _count(data / "backups") else ""
    raise Wrong(
        f"The database {name} {problem}, though {data} holds {' and '.join(holds)}. `vedette restore` puts a "
        f"backup into a new folder.{copies} To begin anew on purpose, move {data} away or choose another "
        "with --data."
    )


def _number(database: Database, data: Path, *, makes: bool) -> str | None:
    """Return the number of the database's last change; refuse what this command cannot go on with."""
    with database.read() as connection:
        number = current(connection)
    if number is None:
        _refuse_lost(_settings_at(data), "has no tables", str(database.file or database.engine.url.host))
        if not makes:
            raise no_installation(data)
        return None
    if database.file is not None and database.file.stat().st_size <= CHECKED_AT_START:
        damage = check_pages(database)
        if damage:
            raise Wrong(_damaged(data, damage))
    if not makes and number in numbers() and number != numbers()[-1]:
        raise Wrong(
            f"The installation in {data} is of an older Vedette (change {number}): start the server once "
            "(`vedette serve`), which brings it up to date."
        )
    if number not in numbers():
        upgrade(database, data)  # which refuses it
    return number


def _settings_at(data: Path) -> Settings:
    return Settings.model_construct(data=data)


def _own_settings(settings: Settings, identity: Identity, seal: Seal, *, first: str, makes: bool) -> Settings:
    """Return the settings with the folder's own account and region; refuse others, and another's key."""
    data = settings.data
    content = _read_file(data / FILE)
    account = content.get("account") or first
    region = content.get("region") or _region_of_credentials(data)
    if not account and not makes:
        raise no_installation(data)  # a first start that was killed half way
    own = {name: value for name, value in (("account", account), ("region", region)) if value}
    for name, value in own.items():
        setting = getattr(settings, name)
        if name in settings.model_fields_set and setting != value:
            raise Wrong(
                f"The installation in {data} is of the {name} {value}, and VEDETTE_{name.upper()} says "
                f"{setting}: unset it, or choose another folder with --data."
            )
    is_known = not content or identity.has_account(content["account"])
    if not is_known or not _is_of_this_key(content, seal) or not identity.is_sealed_here():
        raise Wrong(
            f"The key {key_file(data)}, the database and {FILE} in {data} are not of one installation. "
            "Put back those that belong together, out of one backup."
        )
    own_settings = settings.model_copy(update=own)
    if makes and not content:
        probe = seal.seal(PROBE, PURPOSE).hex()
        _write_file(
            data / FILE, {"account": own_settings.account, "region": own_settings.region, "probe": probe}
        )
    return own_settings


def close_to_others(data: Path) -> None:
    """Take everybody else's rights away from what an older release left in the folder; once is enough."""
    data = data.resolve()  # a link to the folder has no mode of its own
    content = _read_file(data / FILE)
    if content.get("closed") and not is_open(data):
        return
    closed = tighten(data)
    if closed:
        log.info("Closed %d files and folders in %s to other users.", closed, data)
    _write_file(data / FILE, {**content, "closed": "yes"})


def _write_file(file: Path, content: dict[str, str]) -> None:
    """Write the file whole or not at all: the folder cannot be opened with half of it."""
    beside = file.with_name(f".{file.name}.new")
    write_private(beside, json.dumps(content, indent=2) + "\n")
    beside.replace(file)


def _read_file(file: Path) -> dict[str, str]:
    try:
        content: Any = json.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError:
        content = None
    if not isinstance(content, dict) or not all(
        isinstance(content.get(name), str) and content[name] for name in ("account", "region", "probe")
    ):
        raise Wrong(
            f"{file} is damaged. Put it back from a backup, or move it away: the next start of the server "
            "writes it anew from the database."
        )
    return content


def _is_of_this_key(content: dict[str, str], seal: Seal) -> bool:
    if not content:
        return True
    try:
        return seal.open(bytes.fromhex(content["probe"]), PURPOSE) == PROBE
    except (BadSeal, ValueError):
        return False


def _region_of_credentials(data: Path) -> str:
    """Return the region of the credentials file, which is all that an older release kept of it."""
    try:
        return str(json.loads((data / "credentials.json").read_text("utf-8"))["region"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _count(folder: Path) -> int:
    """Return how many things a folder holds; hidden ones are neither models nor buckets."""
    if not folder.is_dir():
        return 0
    return sum(not place.name.startswith(".") for place in folder.iterdir())


def _damaged(data: Path, damage: str) -> str:
    return (
        f"The database of {data} is damaged: {damage}. Nothing was changed. `vedette restore` puts a backup "
        f"into a new folder; copies from before updates lie in {data / 'backups'}."
    )


def _refusal(data: Path, error: Exception) -> Refusal:
    cause: Any = getattr(error, "orig", None) or error
    code = getattr(cause, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return Wrong(_damaged(data, str(cause)))
    refusal = disk_refusal(error)
    if isinstance(refusal, NoSpace):
        return NoSpace(f"The disk of {data} is full, and the server cannot start on it: make room there.")
    reason = refusal.sentence if refusal is not None else str(cause).strip().partition("\n")[0]
    kind = type(refusal) if refusal is not None else Wrong
    return kind(f"The installation in {data} cannot be opened: {reason}")
