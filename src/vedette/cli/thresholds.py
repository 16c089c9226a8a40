"""`vedette model thresholds`: the thresholds of a model on a running server, shown and chosen."""

import math
from enum import StrEnum
from typing import Annotated, Any

from vedette.cli.credentials import Data
from vedette.cli.directory import table
from vedette.cli.listing import Columns, is_for_people, print_records, prints_records
from vedette.cli.models import Endpoint, Of, Project, Which, translate_client_errors
from vedette.cli.remote import Server
from vedette.cli.remote_models import open_models
from vedette.cli.signatures import Option
from vedette.errors import Wrong

THRESHOLD_COLUMNS: Columns = {
    "label": "Label",
    "threshold": "Threshold",
    "trained_threshold": lambda row: row.get("TrainedThreshold", row["Threshold"]),
    "reason": "Reason",
    "changed_by": "ChangedBy",
    "changed": "ChangedDate",
}


class Switch(StrEnum):
    """Whether the services' own answers hold to the chosen thresholds."""

    ON = "on"
    OFF = "off"


@prints_records
def show_thresholds(  # noqa: PLR0913  (a command has as many options as it has)
    project: Project,
    *,
    version: Which = "",
    choose: Annotated[
        list[str] | None, Option("--set", help="LABEL=VALUE, from 0 to 1; may be given again.")
    ] = None,
    reset: Annotated[
        list[str] | None, Option(help="A label that gets its trained threshold back; may be given again.")
    ] = None,
    reset_all: Annotated[bool, Option(help="Give all labels their trained thresholds back.")] = False,
    wire: Annotated[
        Switch | None, Option(help="Whether DetectCustomLabels and DetectAnomalies answer by them.")
    ] = None,
    service: Of = "",
    endpoint: Endpoint = "",
    data: Data = None,
) -> None:
    """Show a model's thresholds, or choose others: for packages that leave, and for answers if told so."""
    with translate_client_errors():
        server = Server("rekognition", endpoint, data)
        changes: dict[str, Any] = {}
        if choose:
            changes["Thresholds"] = [_read_choice(text) for text in choose]
        if reset:
            changes["Reset"] = reset
        if reset_all:
            changes["ResetAll"] = True
        if wire is not None:
            changes["UseOnWire"] = wire is Switch.ON
        name = {"ModelArn": open_models(server, project, service).find(version).arn}
        client = server.client("vedette")
        if changes:
            answer = client.put_version_thresholds(**name, **changes)
        else:
            answer = client.get_version_thresholds(**name)
        if not is_for_people():
            used = {"used_on_wire": lambda _: answer["UseOnWire"]}
            print_records({**THRESHOLD_COLUMNS, **used}, answer["Thresholds"])
            return
        print(table([_row(row) for row in answer["Thresholds"]]))
        print(f"The services' answers hold to {'these' if answer['UseOnWire'] else 'the trained ones'}.")


def _read_choice(text: str) -> dict[str, Any]:
    label, separator, value = text.rpartition("=")
    try:
        threshold = float(value)
    except ValueError:
        threshold = math.nan
    if not separator or not label or not math.isfinite(threshold):
        raise Wrong(f"{text!r} is no LABEL=VALUE, such as scratch=0.6.")
    return {"Label": label, "Threshold": threshold}


def _row(row: dict[str, Any]) -> tuple[str, str, str]:
    if "ChangedBy" not in row:
        return row["Label"], f"{row['Threshold']:.4f}", "trained"
    by = row["ChangedBy"].rpartition("/")[2]
    moment = f"{row['ChangedDate']:%Y-%m-%d %H:%M}"
    trained = f"{row['TrainedThreshold']:.4f}"
    return row["Label"], f"{row['Threshold']:.4f}", f"{row['Reason']} by {by} on {moment}; trained {trained}"
