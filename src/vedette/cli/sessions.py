"""`vedette session` and `vedette factor`: who is signed in at the console, and with what beside a key."""

from typing import TYPE_CHECKING, Annotated

from vedette.cli.credentials import Data
from vedette.cli.listing import Columns, print_list, prints_records
from vedette.cli.opening import opened
from vedette.cli.recording import on_record
from vedette.cli.signatures import Argument, CommandGroup, Option
from vedette.cli.users import Account
from vedette.errors import Wrong

if TYPE_CHECKING:
    from vedette.identity.console_session import ConsoleSession
    from vedette.identity.factors import FactorOwner

sessions = CommandGroup("Sessions of people at the console.")
factors = CommandGroup("Second factors of people at the console.")

SESSION_COLUMNS: Columns = {
    "id": "id",
    "person": lambda session: _person(session),
    "way": "way",
    "second_factor": "verified",
    "used": "used",
    "expires": "expires",
    "address": lambda session: session.browser.address,
}
User = Annotated[str, Option(help="The user; the account's root when nobody is named.")]


@sessions.define("list")
@prints_records
def list_sessions(account: Account = "", data: Data = None) -> None:
    """List who is signed in at the console, since when, until when and from where."""
    with opened(data) as installation:
        home = account or installation.settings.account
        rows = installation.identity.console.of_account(home)
        print_list(SESSION_COLUMNS, rows, _row)


@sessions.define("end")
def end_sessions(
    session: Annotated[str, Argument(help="A session's id, as `vedette session list` shows it.")] = "",
    user: Annotated[str, Option(help="End all sessions of this user, those in roles aside.")] = "",
    account: Account = "",
    data: Data = None,
) -> None:
    """End one session, or all of a user; whoever has its cookie is signed out at once."""
    with opened(data) as installation, on_record(installation.settings):
        if bool(session) == bool(user):
            raise Wrong("Name one session, or a user with --user.")
        home, console = account or installation.settings.account, installation.identity.console
        ids = (
            [session]
            if session
            else [entry.id for entry in console.of_account(home) if entry.person.user == user]
        )
        for number in ids:
            console.end_any(home, number)
        print(f"{len(ids)} ended")


@factors.define("list")
@prints_records
def list_factors(user: User = "", account: Account = "", data: Data = None) -> None:
    """List the second factors of a user, or of the root."""
    with opened(data) as installation:
        owner = _owner(account or installation.settings.account, user)
        rows = installation.identity.factors.list(owner)
        columns = {name: name for name in ("id", "kind", "name", "created")}
        print_list(columns, rows, lambda row: (row.id, row.kind, row.name, f"{row.created:%Y-%m-%d %H:%M}"))


@factors.define("remove")
def remove_factors(user: User = "", account: Account = "", data: Data = None) -> None:
    """Remove all second factors and recovery codes of a user, or of the root, who has lost them."""
    with opened(data) as installation, on_record(installation.settings):
        owner = _owner(account or installation.settings.account, user)
        print(f"{installation.identity.factors.remove_all(owner)} removed")


@factors.define("require")
def require_factors(
    off: Annotated[bool, Option("--off", help="Require none any more.")] = False,
    account: Account = "",
    data: Data = None,
) -> None:
    """Have everybody of an account who signs in at the console by a key need a second factor."""
    with opened(data) as installation, on_record(installation.settings):
        home = account or installation.settings.account
        installation.identity.directory.require_factor(home, is_required=not off)


def _owner(account: str, user: str) -> "FactorOwner":
    from vedette.identity.factors import FactorOwner

    return FactorOwner(account, user or None)


def _person(session: "ConsoleSession") -> str:
    return session.person.role_session or session.person.user or "root"


def _row(session: "ConsoleSession") -> tuple[str, ...]:
    proof = f"{session.way}{' and factor' if session.verified else ''}"
    return (
        session.id,
        _person(session),
        proof,
        f"{session.used:%Y-%m-%d %H:%M}",
        f"{session.expires:%Y-%m-%d %H:%M}",
        session.browser.address,
    )
