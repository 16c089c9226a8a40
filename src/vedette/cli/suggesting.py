"""`vedette dataset suggest`: which pictures without a label to label first.

The server looks through the pictures (what it has seen it remembers), a regression on what is labelled says
which it cannot tell apart, and of these come first those that stand for many others.
"""

import time
from typing import Annotated, Any

from vedette.cli.dataset_client import open_dataset
from vedette.cli.dataset_edits import DatasetKind
from vedette.cli.dataset_options import Data, Endpoint, Of, Project, Which
from vedette.cli.directory import table
from vedette.cli.listing import Columns, is_for_people, print_records, prints_records
from vedette.cli.models import translate_client_errors
from vedette.cli.remote import Server
from vedette.cli.signatures import Exit, Option
from vedette.cli.terminal import ProgressLine
from vedette.errors import Wrong

SUGGESTION_COLUMNS: Columns = {
    "picture": lambda item: item["Entry"]["SourceRef"],
    "stands_for": "StandsFor",
}
POLL_S = 0.3
MOST = 100
"""As many as one answer of the server has."""
TASKS = ("labels", "boxes", "masks")


@prints_records
def suggest_pictures(  # noqa: PLR0913  (a command's options)
    project: Project,
    *,
    kind: Which = DatasetKind.TRAIN,
    most: Annotated[int, Option(min=1, max=MOST, help="How many to name.")] = 20,
    sources: Annotated[bool, Option("--sources", help="Print addresses alone, one a line.")] = False,
    round_name: Annotated[
        str, Option("--round", help="Make a labelling round of them, of this name; assign it in the console.")
    ] = "",
    task: Annotated[str, Option(help=f"What is labelled in the round: {', '.join(TASKS)}.")] = "",
    service: Of = "",
    endpoint: Endpoint = "",
    data: Data = None,
) -> None:
    """Name the pictures to label first: in doubt by the present labels, and alike many others."""
    with translate_client_errors():
        if bool(round_name) != bool(task):
            raise Wrong(f"A labelling round takes --round NAME and --task {'|'.join(TASKS)}.")
        client = open_dataset(Server("rekognition", endpoint, data), project, kind.value, service)
        names = {"ProjectArn": client.arn, "DatasetType": kind.value}
        state = _study(client.own, names)
        if state["Status"] != "ready":
            raise Wrong(f"{state['Status']}: {state['Message']}".removesuffix(": "))
        answer = client.own.list_suggestions(**names, Kinds=["teach"], MaxResults=most)
        pictures = answer["Suggestions"]
        _show(pictures, state, sources=sources)
        if not pictures:
            raise Exit(1)
        if round_name:
            entries = {"EntryIds": [picture["Entry"]["Id"] for picture in pictures]}
            client.own.create_round(**names, Name=round_name, Task=task, Filter=entries)
            print(f"Round: {round_name}, {len(pictures)} pictures. Assign it to people in the console.")


def _study(own: Any, names: dict[str, str]) -> dict[str, Any]:
    """Have the server look through the pictures; return the state in which that ended."""
    state: dict[str, Any] = own.start_suggestions(**names)
    with ProgressLine("looking", max(state.get("Total", 0), 1)) as line:
        while state["Status"] == "running":
            time.sleep(POLL_S)
            state = own.list_suggestions(**names, Kinds=["teach"], MaxResults=1)
            line.update(state.get("Done", 0))
    return state


def _show(pictures: list[dict[str, Any]], state: dict[str, Any], *, sources: bool) -> None:
    if not is_for_people():
        print_records(SUGGESTION_COLUMNS, pictures)
        return
    if sources:
        for picture in pictures:
            print(picture["Entry"]["SourceRef"])
        return
    print(table([(item["Entry"]["SourceRef"], f"stands for {item['StandsFor']}") for item in pictures]))
    part = f" of {state['Of']}, chosen at random" if state["LookedAt"] < state["Of"] else ""
    print(
        f"Looked at {state['LookedAt']} pictures{part}. Label these and ask again: labels change the choice."
    )
