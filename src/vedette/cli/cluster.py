"""`vedette cluster …`: where trainings and units of a running server are, why some wait, nodes emptied."""

import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from vedette.cli.client import open_client
from vedette.cli.credentials import Data
from vedette.cli.listing import Columns, is_for_people, print_records, prints_records
from vedette.cli.models import Endpoint, translate_client_errors
from vedette.cli.signatures import Argument, CommandGroup, Option
from vedette.cli.terminal import aligned

app = CommandGroup("Where trainings and units run, why something waits, and nodes that are emptied.")

NODE_COLUMNS: Columns = {
    "node": "NodeName",
    "state": "State",
    "cores": "Cores",
    "free_cores": "FreeCores",
    "memory_gib": "Memory",
    "free_memory_gib": "FreeMemory",
    "gpus": "Gpus",
    "free_gpus": "FreeGpus",
    "units": lambda node: node.get("Units", 0),
    "trainings": lambda node: node.get("Trainings", 0),
    "problem": "Problem",
}

Name = Annotated[str, Argument(help="The node's name, as `vedette cluster status` has it.", metavar="NODE")]


@app.define("status")
@prints_records
def status(
    as_json: Annotated[bool, Option("--json", help="All of it as JSON; --output has the nodes.")] = False,
    *,
    endpoint: Endpoint = "",
    data: Data = None,
) -> None:
    """Show the nodes, what of your account runs where, and why something waits."""
    with translate_client_errors():
        answer = open_client("vedette", endpoint=endpoint, data=data).describe_cluster()
    answer.pop("ResponseMetadata", None)
    if as_json:
        print(json.dumps(answer, default=str, indent=1, ensure_ascii=False))
        return
    if not is_for_people():
        print_records(NODE_COLUMNS, answer["Nodes"])
        return
    for line in describe(answer):
        print(line)


@app.define("drain")
def drain(name: Name, *, endpoint: Endpoint = "", data: Data = None) -> None:
    """Put nothing new on a node and move its units away; what is trained there ends there."""
    with translate_client_errors():
        open_client("vedette", endpoint=endpoint, data=data).drain_node(NodeName=name)
    print(f"{name} takes nothing new. `vedette cluster status` says when it is free.")


@app.define("resume")
def resume(name: Name, *, endpoint: Endpoint = "", data: Data = None) -> None:
    """Let a node take work again."""
    with translate_client_errors():
        open_client("vedette", endpoint=endpoint, data=data).resume_node(NodeName=name)
    print(f"{name} takes work again.")


def describe(answer: Mapping[str, Any]) -> list[str]:
    """Return what the server answered as lines for people."""
    head = f"Ray cluster at {answer['Address']}" if answer["Engine"] == "ray" else "The servers themselves"
    lines = [head]
    if problem := answer.get("Problem"):
        lines.append(f"✗ {problem}")
    nodes = [("node", "state", "cores free", "GiB free", "GPUs free", "units", "trainings")]
    lines += aligned([*nodes, *map(_node, answer["Nodes"])])
    lines += [f"{node['NodeName']}: {node['Problem']}" for node in answer["Nodes"] if node.get("Problem")]
    lines += ["", *_table("runs", answer["Work"], _work), *_table("waits", answer["Waiting"], _wait)]
    if others := answer.get("OthersWaiting"):
        lines.append(f"{others} trainings of other accounts wait, which take turns with yours.")
    return lines + _quota(answer["Quota"])


def _node(node: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        node["NodeName"],
        node["State"],
        *(_share(node, name) for name in ("Cores", "Memory", "Gpus")),
        str(node.get("Units", 0)),
        str(node.get("Trainings", 0)),
    )


def _share(node: Mapping[str, Any], name: str) -> str:
    """Return what is free, of how much; nothing where there is none, or it is not known."""
    if not node.get(name):
        return ""
    return f"{node[f'Free{name}']:.3g}/{node[name]:.3g}"


def _table(title: str, rows: Sequence[Mapping[str, Any]], cells: Any) -> list[str]:
    return [f"{title}:", *aligned([cells(row) for row in rows]), ""] if rows else []


def _work(row: Mapping[str, Any]) -> tuple[str, ...]:
    kind = "training" if row["Kind"] == "training" else f"{row['Count']} units"
    return f"  {row['ModelArn']}", kind, row.get("NodeName") or "being placed", row.get("Stage", "")


def _wait(row: Mapping[str, Any]) -> tuple[str, ...]:
    place = f"training, number {row['Position']}" if row["Kind"] == "training" else f"{row['Count']} units"
    return f"  {row['ModelArn']}", place, row["Why"]


def _quota(quota: Mapping[str, int]) -> list[str]:
    lines = []
    for name, word in (("Trainings", "trainings at once"), ("Units", "units")):
        if most := quota.get(f"Most{name}"):
            lines.append(f"Your account has {quota[name]} of the {most} {word} that it may have.")
    return lines
