"""Temporary keys: everything about one is sealed in its session token, so none is stored."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta

from vedette.clock import Clock, from_milliseconds, milliseconds
from vedette.errors import Denied
from vedette.identity.directory import Role, new_key
from vedette.identity.principal import Kind, Principal
from vedette.identity.seal import Broken, Seal

PURPOSE = "session"


@dataclass(frozen=True, slots=True)
class Session:
    """What a session token holds. `source_key` is the key that asked; `role` what was assumed."""

    key_id: str
    secret: str
    account: str
    arn: str
    user_id: str
    name: str
    kind: Kind
    expires_ms: int
    source_key: str
    role: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def expires(self) -> datetime:
        """When it ends."""
        return from_milliseconds(self.expires_ms)

    def principal(self) -> Principal:
        """Return its holder."""
        return Principal(
            account=self.account,
            arn=self.arn,
            user_id=self.user_id,
            name=self.name,
            key_id=self.key_id,
            kind=self.kind,
            expires=self.expires,
            tags=self.tags,
        )


class Sessions:
    """Gives out temporary keys and reads them again."""

    def __init__(self, seal: Seal, clock: Clock) -> None:
        self._seal = seal
        self._clock = clock

    def for_holder(self, holder: Principal, length: timedelta) -> tuple[Session, str]:
        """Return a session of the caller's own, and its token."""
        if holder.expires is not None:
            raise Denied("Cannot call GetSessionToken with session credentials")
        key = new_key(holder.account, "ASIA")
        session = Session(
            key_id=key.id,
            secret=key.secret,
            account=holder.account,
            arn=holder.arn,
            user_id=holder.user_id,
            name=holder.name,
            kind=holder.kind,
            expires_ms=self._end(length),
            source_key=holder.key_id,
        )
        return session, self._token(session)

    def for_role(
        self, holder: Principal, role: Role, name: str, length: timedelta, tags: Mapping[str, str]
    ) -> tuple[Session, str]:
        """Return a session of the role, and its token; the caller's account must be trusted."""
        if holder.account not in role.trusted:
            raise not_assumable(holder, role.arn)
        key = new_key(role.account, "ASIA")
        session = Session(
            key_id=key.id,
            secret=key.secret,
            account=role.account,
            arn=f"arn:aws:sts::{role.account}:assumed-role/{role.name}/{name}",
            user_id=f"{role.role_id}:{name}",
            name=f"{role.name}/{name}",
            kind="role",
            expires_ms=self._end(length),
            source_key=holder.key_id,
            role=role.name,
            tags=dict(tags),
        )
        return session, self._token(session)

    def open(self, token: str) -> Session:
        """Return what the token holds; Broken unless it was given out here."""
        try:
            sealed = base64.b64decode(token, validate=True)
        except (binascii.Error, ValueError) as error:
            raise Broken("not a session token") from error
        try:
            return Session(**json.loads(self._seal.open(sealed, PURPOSE)))
        except TypeError as error:
            raise Broken("a session token of another version") from error

    def _token(self, session: Session) -> str:
        return base64.b64encode(self._seal.seal(json.dumps(asdict(session)).encode(), PURPOSE)).decode()

    def _end(self, length: timedelta) -> int:
        # Whole seconds, as clients are told.
        return milliseconds((self._clock() + length).replace(microsecond=0))


def not_assumable(holder: Principal, role_arn: str) -> Denied:
    """Return the refusal for a role that is unknown or does not trust the caller: AWS tells no difference."""
    return Denied(f"User: {holder.arn} is not authorized to perform: sts:AssumeRole on resource: {role_arn}")
