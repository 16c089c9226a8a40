"""What functions of an installation printed, and the events that they failed on for good."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from vedette.cli.credentials import Data
from vedette.cli.opening import opened
from vedette.cli.signatures import Argument, Option
from vedette.cli.users import Account
from vedette.clock import from_milliseconds

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from vedette.functions.store import Function, FunctionStore

Name = Annotated[str, Argument(help="The function's name.")]
Region = Annotated[str, Option(help="Where it is; the installation's own region without it.")]


def show_logs(
    name: Name,
    last: Annotated[int, Option(min=1, max=1000, help="How many calls.")] = 20,
    account: Account = "",
    region: Region = "",
    data: Data = None,
) -> None:
    """Print what the last calls of a function printed; the last thousand are kept."""
    from vedette.clock import system_clock
    from vedette.functions.log_store import LogStore

    with _found(name, account, region, data, writes=False) as (connection, _, function):
        for row in LogStore(system_clock).last(connection, function.id, last):
            print(f"# {from_milliseconds(row.at_ms):%Y-%m-%d %H:%M:%S} {row.request}")
            sys.stdout.write(row.text)


def dead_letters(name: Name, account: Account = "", region: Region = "", data: Data = None) -> None:
    """Print the events that a function failed on for good, a line of JSON each, the oldest first."""
    from vedette.dialects.aws_lambda import EXHAUSTED, dead_letter

    with _found(name, account, region, data, writes=False) as (connection, store, function):
        place = function.place
        arn = f"arn:aws:lambda:{place.region}:{place.account}:function:{name}"
        for event in store.dead(connection, function.id):
            record = dead_letter(
                event.request,
                arn,
                json.loads(event.payload),
                moment=from_milliseconds(event.due_ms),
                tries=event.tries,
                answer=_parsed(event.answer),
                condition=event.condition or EXHAUSTED,
            )
            print(json.dumps(record, ensure_ascii=False))


def redrive(
    name: Name,
    request: Annotated[str, Option("--id", help="The requestId of one; all without it.")] = "",
    account: Account = "",
    region: Region = "",
    data: Data = None,
) -> None:
    """Have a function try the events again that it failed on; a running server begins within seconds."""
    with _found(name, account, region, data, writes=True) as (connection, store, function):
        print(f"{store.redrive(connection, function.id, request)} to be tried again")


@contextmanager
def _found(
    name: str, account: str, region: str, data: Path | None, *, writes: bool
) -> "Iterator[tuple[Connection, FunctionStore, Function]]":
    from vedette.clock import system_clock
    from vedette.errors import Missing
    from vedette.functions.store import FunctionPlace, FunctionStore

    with opened(data) as installation:
        settings, database = installation.settings, installation.database
        store = FunctionStore(installation.seal, system_clock)
        place = FunctionPlace(account or settings.account, region or settings.region)
        with database.write() if writes else database.read() as connection:
            function = store.find(connection, place, name)
            if function is None:
                raise Missing(f"There is no function {name} in the account {place.account}, {place.region}.")
            yield connection, store, function


def _parsed(answer: str) -> object:
    try:
        return json.loads(answer)
    except ValueError:
        return answer
