"""The servers that share one PostgreSQL: each says that it lives, and the living hear of the dead.

A row a server, written every few seconds by that server alone and by the database's clock, so that clocks
apart mislead nobody. Who has been silent for as long as a lease is dead: one of the living takes its row
away, and those who are told by it (`on_gone`) take up what no lease stands for. A server that was only
stopped for a while writes its row anew. With SQLite there is one server, by the lock on its folder, and
no row.
"""

import logging
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import orjson
from sqlalchemy import Connection, Row, delete, func, insert, inspect, select, update

from vedette.clock import Clock, milliseconds, system_clock
from vedette.errors import Busy
from vedette.jobs.store import DATABASE_MS, LEASE_MS
from vedette.jobs.tables import servers
from vedette.store.db import Database

log = logging.getLogger(__name__)

# As often as leases are renewed.
SAY_S = 3.0
# Sessions, signatures and ages are judged by each server's own clock: AWS allows five minutes to a signature.
APART_MS = 30_000


@dataclass(frozen=True, slots=True)
class ServerSelf:
    """What a server says of itself."""

    id: str
    folder: str
    release: str
    change: str
    # The ways by which people sign in at it.
    sign_in: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ServerMember:
    """A server of the installation, as it was last heard of; `silent_ms` ago."""

    id: str
    host: str
    address: str
    folder: str
    release: str
    change: str
    began_ms: int
    silent_ms: int
    ahead_ms: int
    units: Mapping[str, int]

    @property
    def name(self) -> str:
        """What people know it by."""
        return self.address or self.host


class ServerRoll:
    """One server's place among the others. Threads may share it."""

    def __init__(
        self,
        database: Database,
        own: ServerSelf,
        clock: Clock = system_clock,
        *,
        units: Callable[[], Mapping[str, int]] = dict,
    ) -> None:
        self.own = own
        self.address = ""
        # That it serves https with, which its own programs are to trust, and the address that goes with it.
        self.certificate: Path | None = None
        self.inner_address = ""
        # How many servers there were when last looked, this one among them.
        self.count = 1
        self.units = units
        self._database = database
        self._clock = clock
        self._death_listeners: list[Callable[[], None]] = []
        self._sentences: set[str] = set()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        self._taking_over: threading.Thread | None = None

    @property
    def is_shared(self) -> bool:
        """Whether there can be other servers."""
        return self._database.file is None

    @property
    def name(self) -> str:
        """What people know this server by."""
        return self.address or socket.gethostname()

    def members(self) -> list[ServerMember]:
        """Return every server on the list, this one among them."""
        with self._database.read() as connection:
            return list_members(connection)

    def differences(self, member: ServerMember) -> list[str]:
        """Return in what a server differs from this one, in sentences."""
        return differences(self.own, member)

    def on_gone(self, listener: Callable[[], None]) -> None:
        """Have this called when another server has died and this one is to look after what it left."""
        self._death_listeners.append(listener)

    def enter(self, *, is_alone: bool) -> None:
        """Say so for the first time. Alone in the folder, all others that held it are dead.

        Raises:
            Busy: where a living server holds another folder, without which half of the models are missing.
        """
        if not self.is_shared:
            return
        with self._database.write() as connection:
            if is_alone:
                connection.execute(delete(servers).where(servers.c.folder == self.own.folder))
            for member in list_members(connection):
                if member.folder != self.own.folder and member.silent_ms <= LEASE_MS:
                    raise Busy(
                        f"The server {member.name} serves this database from another data folder, or did "
                        f"{member.silent_ms // 1000} s ago: all servers of an installation share one folder."
                    )
            self._write(connection, int(connection.execute(DATABASE_MS).scalar_one()))

    def start(self) -> None:
        """From now on say so every few seconds, and hear of the others."""
        if not self.is_shared:
            return
        self._thread = threading.Thread(target=self._go_on, name="servers", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Leave the others in good order."""
        self._closing.set()
        if self._thread is None:
            return
        self._thread.join()
        if self._taking_over is not None:
            self._taking_over.join()
        try:
            with self._database.note() as connection:
                connection.execute(delete(servers).where(servers.c.id == self.own.id))
        except Exception:
            log.warning("this server could not be taken off the list of servers", exc_info=True)

    def holds_elsewhere(self, version: int) -> bool:
        """Say whether another living server has units of a version."""
        with self._database.read() as connection:
            members = list_members(connection)
        return any(
            member.id != self.own.id and member.silent_ms <= LEASE_MS and member.units.get(str(version))
            for member in members
        )

    def sign_in(self) -> set[str] | None:
        """Return the ways by which people sign in at any living server; None where one does not say."""
        if not self.is_shared:
            return set(self.own.sign_in)
        with self._database.read() as connection:
            late = int(connection.execute(DATABASE_MS).scalar_one()) - LEASE_MS
            query = select(servers.c.sign_in).where(servers.c.id != self.own.id, servers.c.seen_ms >= late)
            others = connection.execute(query).scalars().all()
        if None in others:  # of an earlier release
            return None
        return {*self.own.sign_in, *(way for text in others for way in orjson.loads(text))}

    def _go_on(self) -> None:
        while not self._closing.wait(SAY_S):
            try:
                self.look()
            except Exception:
                log.warning("this server could not say that it lives", exc_info=True)

    def look(self) -> None:
        """Say that this server lives, and see who else does."""
        with self._database.note() as connection:
            now_ms = int(connection.execute(DATABASE_MS).scalar_one())
            self._write(connection, now_ms)
            members = list_members(connection)
        living = [member for member in members if member.silent_ms <= LEASE_MS]
        self.count = max(1, len(living))
        for member in living:
            self._name_differences(member)
        buried = [self._bury(member) for member in members if member.silent_ms > LEASE_MS]
        if any(buried):
            # Beside the beat, which must not wait for folders to be removed.
            self._taking_over = threading.Thread(target=self._take_over, name="take-over", daemon=True)
            self._taking_over.start()

    def _take_over(self) -> None:
        for listener in self._death_listeners:
            try:
                listener()
            except Exception:
                log.exception("what a dead server left could not be taken up")

    def _write(self, connection: Connection, now_ms: int) -> None:
        values = {
            "host": socket.gethostname()[:255],
            "address": self.address[:255],
            "folder": self.own.folder,
            "release": self.own.release,
            "change": self.own.change,
            "seen_ms": now_ms,
            "ahead_ms": milliseconds(self._clock()) - now_ms,
            "units": orjson.dumps(dict(self.units())).decode(),
            "sign_in": orjson.dumps(self.own.sign_in).decode(),
        }
        if not connection.execute(update(servers).where(servers.c.id == self.own.id).values(values)).rowcount:
            connection.execute(insert(servers).values(id=self.own.id, began_ms=now_ms, **values))

    def _bury(self, member: ServerMember) -> bool:
        """Take a dead server's row away; of those who come upon it at once, one does."""
        with self._database.write() as connection:
            late = servers.c.seen_ms < int(connection.execute(DATABASE_MS).scalar_one()) - LEASE_MS
            removal = delete(servers).where(servers.c.id == member.id, late)
            is_ours = connection.execute(removal).rowcount == 1
        if is_ours:
            log.warning("the server %s has not been heard of for %d s", member.name, member.silent_ms // 1000)
        return is_ours

    def _name_differences(self, member: ServerMember) -> None:
        for sentence in differences(self.own, member):
            if sentence not in self._sentences:
                self._sentences.add(sentence)
                log.warning("%s", sentence)


def has_roll(connection: Connection) -> bool:
    """Say whether the database has the list, which older releases knew nothing of."""
    return inspect(connection).has_table(servers.name)


def list_members(connection: Connection) -> list[ServerMember]:
    """Return every server on the list, the oldest first; a dead one stands there until it is taken away."""
    now_ms = int(connection.execute(DATABASE_MS).scalar_one())
    # As a database has it that is not yet of this release, which `vedette doctor` looks at, too.
    columns = [column for column in servers.c if column is not servers.c.sign_in]
    rows = connection.execute(select(*columns).order_by(servers.c.began_ms, servers.c.id))
    return [_member(row, now_ms) for row in rows]


def living_others(connection: Connection, own: str = "") -> int:
    """Return how many other servers live on this database, which has the table."""
    late = int(connection.execute(DATABASE_MS).scalar_one()) - LEASE_MS
    query = select(func.count()).where(servers.c.id != own, servers.c.seen_ms >= late)
    return int(connection.execute(query).scalar_one())


def differences(own: ServerSelf, member: ServerMember) -> list[str]:
    """Return, in sentences, in what a server differs that should be alike; clocks apart are named too."""
    sentences = []
    if (member.release, member.change) != (own.release, own.change):
        sentences.append(
            f"The server {member.name} is of release {member.release} (change {member.change}), this program "
            f"of {own.release} (change {own.change}): update the older one soon."
        )
    if abs(member.ahead_ms) > APART_MS:
        way = "ahead of" if member.ahead_ms > 0 else "behind"
        sentences.append(
            f"The clock of the server {member.name} is {abs(member.ahead_ms) // 1000} s {way} the "
            "database's: set it by NTP, since signatures and sessions are judged by it."
        )
    return sentences


def _member(row: "Row[tuple[object, ...]]", now_ms: int) -> ServerMember:
    return ServerMember(
        id=row.id,
        host=row.host,
        address=row.address,
        folder=row.folder,
        release=row.release,
        change=row.change,
        began_ms=row.began_ms,
        silent_ms=now_ms - row.seen_ms,
        ahead_ms=row.ahead_ms,
        units=orjson.loads(row.units),
    )
