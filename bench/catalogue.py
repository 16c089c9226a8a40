"""Lists of many: a project of ten thousand versions beside one of ten, a thousand projects beside ten.

Bar: what is asked for costs the same however much there is of what is not, p95 at most 1.5 times as long
in one run. Asked in turn, so that the machine's other work meets both alike; an eu-west-1 with ten projects
beside a us-east-1 with a thousand.

`python -m bench.catalogue [VERSIONS] [PROJECTS]`; rows are put into the tables before the server starts.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from bench.common import machine, median, percentile, processor_s, row
from doubles.console import HOME, signed_in
from doubles.servers import RunningServer, start_server, stop_server
from vedette.projects.project import Scope
from vedette.projects.projects import NewProject, Projects
from vedette.projects.tables import projects, version_numbers, versions
from vedette.projects.version_states import NewVersion
from vedette.projects.versions import Versions
from vedette.store.db import Database, open_database

ROUNDS = 60
FEW = 10
BAR = 1.5
LISTENED_S = 10.0


def fill(data: Path, version_count: int, project_count: int) -> None:
    """Write the projects and versions down, as a start of the server has made the tables."""
    database = open_database("", data)
    rooms = Projects(database)
    for region, count in (("us-east-1", project_count), ("eu-west-1", FEW)):
        put_projects(database, rooms, region, count)
    for service in ("rekognition", "lookoutvision"):
        # The old project of few versions comes first, so that the others' lie behind its own.
        for name, count in (("few", FEW), ("many", version_count)):
            put_versions(database, rooms, service, name, count)
    database.close()


def put_projects(database: Database, rooms: Projects, region: str, count: int) -> None:
    """Make projects of both services, the first by the room, the others by its rows."""
    for service in ("rekognition", "lookoutvision"):
        first = rooms.create(Scope(service, HOME, region), NewProject("p-0"))  # type: ignore[arg-type]
        with database.write() as connection:
            mapping = connection.execute(select(projects).where(projects.c.id == first.id)).one()._mapping
            values = {name: value for name, value in mapping.items() if name != "id"}
            rows = [{**values, "name": f"p-{number}"} for number in range(1, count)]
            connection.execute(insert(projects), rows)


def put_versions(database: Database, rooms: Projects, service: str, name: str, count: int) -> None:
    """Make trained versions of a project."""
    project = rooms.create(Scope(service, HOME, "us-east-1"), NewProject(name))  # type: ignore[arg-type]
    room = Versions(database, rooms)
    first, _ = room.create(project, NewVersion("" if service == "lookoutvision" else "v1", bucket="results"))
    results = {
        "metrics": {"F1Score": 0.9}, "task": "classification", "pictures": {"train": 100, "test": 25},
        "files": {"manifest_summary": "out/a.json", "evaluation_summary": "out/b.json"},
    }  # fmt: skip
    room.move(first, "trained", results=results, ended_ms=first.created_ms + 60_000, billable_s=60)
    with database.write() as connection:
        mapping = connection.execute(select(versions).where(versions.c.id == first.id)).one()._mapping
        values = {key: value for key, value in mapping.items() if key != "id"}
        prefix = "" if service == "lookoutvision" else "v"
        rows = [{**values, "name": f"{prefix}{number}"} for number in range(2, count + 1)]
        connection.execute(insert(versions), rows)
        if service == "lookoutvision":
            connection.execute(version_numbers.update().values(last=count))


def compare(subject: str, ask_few: Callable[[], Any], ask_many: Callable[[], Any]) -> None:
    """Ask both in turn, and hold one beside the other."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        for ask, column in zip((ask_few, ask_many), times, strict=True):
            began = time.perf_counter()
            ask()
            column.append((time.perf_counter() - began) * 1000)
    few, many = (percentile(column, 0.95) for column in times)
    p50 = ", ".join(f"{median(column):.1f}" for column in times)
    ratio = many / few
    row(subject, f"p95 {few:.1f}, {many:.1f} ms: {ratio:.2f} (p50 {p50})", f"≤ {BAR}", ratio <= BAR)


def compare_lists(server: RunningServer) -> None:
    """Hold every list of projects and versions of many beside the same of few."""
    near, far = (server.client("rekognition", region=name) for name in ("eu-west-1", "us-east-1"))
    compare(
        "DescribeProjects, a page of 10",
        lambda: near.describe_projects(MaxResults=10),
        lambda: far.describe_projects(MaxResults=10),
    )
    compare(
        "DescribeProjects, one by its name",
        lambda: near.describe_projects(ProjectNames=["p-5"]),
        lambda: far.describe_projects(ProjectNames=["p-5"]),
    )
    looks = [server.client("lookoutvision", region=name) for name in ("eu-west-1", "us-east-1")]
    compare(
        "ListProjects, a page of 10", *[lambda c=client: c.list_projects(MaxResults=10) for client in looks]
    )
    arns = {
        project["ProjectArn"].split("/")[1]: project["ProjectArn"]
        for project in far.describe_projects(ProjectNames=["few", "many"])["ProjectDescriptions"]
    }
    compare(
        "DescribeProjectVersions, a page of 10",
        *[
            lambda a=arns[n]: far.describe_project_versions(ProjectArn=a, MaxResults=10)
            for n in ("few", "many")
        ],
    )
    compare(
        "DescribeProjectVersions, one by its name",
        *[
            lambda a=arns[n]: far.describe_project_versions(ProjectArn=a, VersionNames=["v3"])
            for n in ("few", "many")
        ],
    )
    look = looks[1]
    compare(
        "ListModels, a page of 10",
        *[lambda n=n: look.list_models(ProjectName=n, MaxResults=10) for n in ("few", "many")],
    )
    compare(
        "DescribeModel",
        *[lambda n=n: look.describe_model(ProjectName=n, ModelVersion="3") for n in ("few", "many")],
    )
    version = far.describe_project_versions(ProjectArn=arns["many"], VersionNames=["v3"])
    model_arn = version["ProjectVersionDescriptions"][0]["ProjectVersionArn"]
    far.tag_resource(ResourceArn=model_arn, Tags={"line": "3"})
    few_arn = far.describe_project_versions(ProjectArn=arns["few"], VersionNames=["v3"])
    compare(
        "ListTagsForResource of a version",
        lambda: far.list_tags_for_resource(
            ResourceArn=few_arn["ProjectVersionDescriptions"][0]["ProjectVersionArn"]
        ),
        lambda: far.list_tags_for_resource(ResourceArn=model_arn),
    )
    browser = signed_in(server)
    compare(
        "ListVersionChanges of 5",
        *[
            lambda a=arns[n]: browser.call("vedette", "ListVersionChanges", ProjectArn=a, MaxResults=5)
            for n in ("few", "many")
        ],
    )


def listen(server: RunningServer) -> None:
    """Say what a console that only listens costs the server."""
    browser = signed_in(server)
    line = HTTPConnection(browser.netloc, timeout=60)
    cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    headers = {"Cookie": cookies, "Sec-Fetch-Site": "same-origin"}
    line.request("GET", "/console/api/events", headers=headers)
    assert line.getresponse().status == 200
    before = processor_s(server.process.pid)
    time.sleep(LISTENED_S)
    busy = (processor_s(server.process.pid) - before) / LISTENED_S
    line.close()
    print(f"  a console that listens takes {busy * 100:.0f} % of a core")


def main() -> None:
    """Measure everything once."""
    version_count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    project_count = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000
    print(machine())
    with tempfile.TemporaryDirectory(prefix="vedette-catalogue-") as place:
        data = Path(place) / "data"
        stop_server(start_server(data))
        fill(data, version_count, project_count)
        began = time.perf_counter()
        server = start_server(data)
        print(f"started in {time.perf_counter() - began:.1f} s")
        try:
            compare_lists(server)
            listen(server)
        finally:
            stop_server(server)


if __name__ == "__main__":
    main()
