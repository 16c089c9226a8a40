"""`vedette alias …`: names that point to versions, moved while both run, and rolled back in one command."""

import time
from dataclasses import dataclass
from typing import Annotated, Any

from vedette.cli.directory import table
from vedette.cli.listing import Columns, print_facts, print_list, prints_records, take
from vedette.cli.models import Project, RemoteOptions, translate_client_errors
from vedette.cli.remote import Server
from vedette.cli.remote_models import (
    CustomLabelsModels,
    LookoutModels,
    RemoteModel,
    find_project,
    open_models,
)
from vedette.cli.signatures import Argument, CommandGroup, Option
from vedette.errors import Missing, Wrong

app = CommandGroup("Names for versions of a running server: programs ask by the name, you move it.")

ALIAS_COLUMNS: Columns = {
    "name": "AliasName",
    "version": "VersionName",
    "state": "State",
    "arn": "AliasArn",
}
MOVE_COLUMNS: Columns = {
    "date": "MoveDate",
    "kind": "Kind",
    "version": "VersionName",
    "by": "MovedBy",
    "reason": "Reason",
}
POLL_S = 0.2
RUNS, COMES, GOES = ("RUNNING", "HOSTED"), ("STARTING", "STARTING_HOSTING"), ("STOPPING", "STOPPING_HOSTING")
STILL_BELIEVED_S = 2.0
"""Servers that share a database believe for 0.9 s where a name pointed: so long the old one still answers."""

Name = Annotated[str, Argument(help="The alias: letters, digits, _ and -, a letter first.")]
Reason = Annotated[str, Option(help="Why, for the history.")]
StopOld = Annotated[bool, Option("--stop-old", help="Then stop the version that it pointed to.")]
Units = Annotated[int, Option(min=0, help="Units to start the version with; 0: as many as the old one has.")]


@dataclass(frozen=True, slots=True)
class AliasMoving:
    """One name of one project, and the clients that move it."""

    server: Server
    project: str
    service: str
    name: str

    @property
    def project_arn(self) -> str:
        """The ARN of the project."""
        return find_project(self.server, self.project, self.service)[1]

    @property
    def models(self) -> CustomLabelsModels | LookoutModels:
        """The project's versions."""
        return open_models(self.server, self.project, self.service)

    def describe(self) -> dict[str, Any] | None:
        """Return what is known of the name; None where it is not there."""
        answer: dict[str, Any] = self.server.client("vedette").list_aliases(ProjectArn=self.project_arn)
        if self.name not in {alias["AliasName"] for alias in answer["Aliases"]}:
            return None
        return dict(
            self.server.client("vedette").describe_alias(ProjectArn=self.project_arn, AliasName=self.name)
        )

    def require(self) -> dict[str, Any]:
        """Return what is known of the name."""
        answer = self.describe()
        if answer is None:
            raise Missing(
                f"There is no alias {self.name}; `vedette alias list` lists those of {self.project}."
            )
        return answer

    def run(self, version: str, old: str, units: int) -> RemoteModel:
        """Return a version once it runs; one that does not is started, as large as the old one."""
        models = self.models
        model = models.find(version)
        if model.status not in (*RUNS, *COMES):
            print(f"{model.name}: {model.status}. Starting it.")
            model = models.start(version, self._size(old, units))
        while model.status in COMES:
            time.sleep(POLL_S)
            model = models.find(version)
        if model.status not in RUNS:
            raise Wrong(f"{model.name}: {model.status}. {model.message} {self.name} was not moved.")
        return model

    def _size(self, old: str, units: int) -> dict[str, int]:
        if units or not old:
            return {"MinInferenceUnits": units or 1}
        facts = self.server.client("vedette").describe_serving(ModelArn=self.models.find(old).arn)
        size = {"MinInferenceUnits": facts.get("MinUnits", 1)}
        return size | ({"MaxInferenceUnits": facts["MaxUnits"]} if "MaxUnits" in facts else {})

    def stop(self, old: str) -> None:
        """Stop the version that the name pointed to, unless another name points to it."""
        others = self.server.client("vedette").list_aliases(ProjectArn=self.project_arn)["Aliases"]
        if names := [alias["AliasName"] for alias in others if alias["VersionName"] == old]:
            print(f"{old}: goes on running, since {', '.join(names)} points to it.")
            return
        models = self.models
        if models.find(old).status not in RUNS:
            return
        time.sleep(STILL_BELIEVED_S)
        model = models.stop(old)
        while model.status in GOES:
            time.sleep(POLL_S)
            model = models.find(old)
        print(f"{model.name}: {model.status}. {model.message}")


@app.define("set")
def set_alias(  # noqa: PLR0913  (a command has as many options as it has)
    name: Name,
    version: Annotated[str, Argument(help="The version that it is to point to.")],
    *,
    project: Project,
    reason: Reason = "",
    units: Units = 0,
    stop_old: StopOld = False,
    idle: Annotated[bool, Option("--idle", help="Start nothing, also where the old version runs.")] = False,
    place: RemoteOptions,
) -> None:
    """Let an alias point to a version: it is made, or moved once the version runs."""
    with translate_client_errors():
        moving = AliasMoving(place.reach(), project, place.service, name)
        facts = moving.describe()
        old = facts["Alias"]["VersionName"] if facts else ""
        # Before anything is started, so that a slip of the hand starts nothing.
        model = moving.models.find(version)
        if not idle:
            model = moving.run(model.name, old, units)
        wish = {"AliasName": name, "Reason": reason, "ExpectedVersion": old, "AllowIdle": idle}
        alias = moving.server.client("vedette").set_alias(ModelArn=model.arn, **wish)["Alias"]
        _finish(moving, alias, old, stop_old=stop_old)


@app.define("rollback")
def roll_back_alias(
    name: Name,
    *,
    project: Project,
    reason: Reason = "",
    units: Units = 0,
    stop_old: StopOld = False,
    place: RemoteOptions,
) -> None:
    """Let an alias point to the version that it pointed to before, once that runs."""
    with translate_client_errors():
        moving = AliasMoving(place.reach(), project, place.service, name)
        facts = moving.require()
        old = facts["Alias"]["VersionName"]
        if "RollbackVersion" in facts:
            moving.run(facts["RollbackVersion"], old, units)
        wish = {"AliasName": name, "Reason": reason, "ExpectedVersion": old}
        client = moving.server.client("vedette")
        alias = client.roll_back_alias(ProjectArn=moving.project_arn, **wish)["Alias"]
        _finish(moving, alias, old, stop_old=stop_old)


@app.define("show")
@prints_records
def show_alias(name: Name, *, project: Project, place: RemoteOptions) -> None:
    """Show where an alias points, how programs name it, and who moved it when and why."""
    with translate_client_errors():
        facts = AliasMoving(place.reach(), project, place.service, name).require()
        moves = [take(move, MOVE_COLUMNS) for move in facts["Moves"]]
        more = {"rollback_version": facts.get("RollbackVersion"), "moves": moves}
        print_facts(take(facts["Alias"], ALIAS_COLUMNS) | more, lambda: _show(facts))


@app.define("list")
@prints_records
def list_aliases(project: Project, *, place: RemoteOptions) -> None:
    """List a project's aliases."""
    with translate_client_errors():
        server = place.reach()
        arn = find_project(server, project, place.service)[1]
        aliases = server.client("vedette").list_aliases(ProjectArn=arn)["Aliases"]
        print_list(
            ALIAS_COLUMNS,
            aliases,
            lambda alias: (alias["AliasName"], alias["VersionName"], alias["State"]),
        )


@app.define("delete")
def delete_alias(name: Name, *, project: Project, reason: Reason = "", place: RemoteOptions) -> None:
    """Take an alias away: who asks by it is refused from then on. Its version and its history stay."""
    with translate_client_errors():
        moving = AliasMoving(place.reach(), project, place.service, name)
        client = moving.server.client("vedette")
        client.delete_alias(ProjectArn=moving.project_arn, AliasName=name, Reason=reason)
        print(f"Deleted: {name} of {project}.")


def _show(facts: dict[str, Any]) -> None:
    alias = facts["Alias"]
    print(f"{alias['AliasName']} → {alias['VersionName'] or 'a deleted version'} ({alias['State']})")
    print(alias["AliasArn"])
    if "RollbackVersion" in facts:
        print(f"A rollback leads to {facts['RollbackVersion']}.")
    print(table([_move(move) for move in facts["Moves"]]))


def _finish(moving: AliasMoving, alias: dict[str, Any], old: str, *, stop_old: bool) -> None:
    before = f", before {old}" if old and old != alias["VersionName"] else ""
    print(f"{alias['AliasName']} → {alias['VersionName']}{before}")
    if stop_old and old and old != alias["VersionName"]:
        moving.stop(old)


def _move(move: dict[str, Any]) -> tuple[str, str, str, str, str]:
    by = move["MovedBy"].replace(":", "/").rpartition("/")[2]
    return f"{move['MoveDate']:%Y-%m-%d %H:%M}", move["Kind"], move["VersionName"], by, move.get("Reason", "")
