"""`vedette notification`: what was told to webhooks, what waits, and what was given up."""

from typing import TYPE_CHECKING, Annotated

from vedette.cli.credentials import Data
from vedette.cli.listing import Columns, print_list, prints_records
from vedette.cli.opening import opened
from vedette.cli.signatures import Argument, CommandGroup, Option
from vedette.clock import from_milliseconds

if TYPE_CHECKING:
    from vedette.notifications.outbox import Outbox
    from vedette.server.installation import Installation

notifications = CommandGroup("What happens to models told to webhooks.")

DELIVERY_COLUMNS: Columns = {
    "id": "id",
    "created": lambda row: from_milliseconds(row.created_ms),
    "topic": "topic",
    "kind": "kind",
    "state": "state",
    "tries": "tries",
    "problem": "problem",
}


@notifications.define("list")
@prints_records
def list_notifications(
    given_up: Annotated[bool, Option("--given-up", help="Only what no webhook heard in a day.")] = False,
    data: Data = None,
) -> None:
    """List the last hundred deliveries, the newest first."""
    with opened(data) as installation:
        rows = _outbox(installation).list("given up" if given_up else "")
        print_list(
            DELIVERY_COLUMNS,
            rows,
            lambda row: (
                row.id,
                f"{from_milliseconds(row.created_ms):%Y-%m-%d %H:%M:%S}",
                row.topic,
                row.kind,
                row.state,
                str(row.tries),
                row.problem or "-",
            ),
        )


@notifications.define("again")
def send_again(
    delivery: Annotated[str, Argument(help="The id of one; all that were given up without it.")] = "",
    data: Data = None,
) -> None:
    """Send what was given up once more; a running server begins within a second."""
    with opened(data) as installation:
        print(f"{_outbox(installation).send_again(delivery)} to be sent again")


def _outbox(installation: "Installation") -> "Outbox":
    from vedette.clock import system_clock
    from vedette.monitoring.actions import ActionBook
    from vedette.notifications.outbox import Outbox

    return Outbox(installation.database, ActionBook, installation.settings.account, system_clock)
