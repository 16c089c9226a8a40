"""Values of sessions at the console: whose one is, how it began, how long it lasts."""

from dataclasses import dataclass
from datetime import datetime, timedelta

# How sessions begin.
KEY, LINK, COMPANY, PASSKEY = "key", "link", "company", "passkey"


@dataclass(frozen=True, slots=True)
class SessionLength:
    """How long a session may be idle, and how long it lasts at most."""

    idle: timedelta = timedelta(hours=12)
    longest: timedelta = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Browser:
    """Where a session is used from, for its owner to recognise."""

    address: str = ""
    agent: str = ""


@dataclass(frozen=True, slots=True)
class SessionPerson:
    """Whose session it is: a user, somebody in a role (by the id of the role's session), or the root."""

    user: str | None = None
    role_session: str | None = None

    @property
    def name(self) -> str:
        """A name that no two persons of an account share."""
        return self.role_session or self.user or ""


ROOT = SessionPerson()


@dataclass(frozen=True, slots=True)
class TemporaryProof:
    """Temporary keys, as somebody signs in with them."""

    key_id: str
    secret: str
    token: str


@dataclass(frozen=True, slots=True)
class ConsoleSession:
    """A session as its owner sees it."""

    id: str
    account: str
    person: "SessionPerson"
    key_id: str
    created: datetime
    used: datetime
    expires: datetime
    browser: Browser
    way: str = KEY
    # Whether a second factor was shown, and whether the account asks its people for one.
    verified: bool = False
    needs_factor: bool = False
    # Of whom a company vouches for: the company's provider.
    issuer: str = ""
