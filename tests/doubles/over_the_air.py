"""A server with models to package, devices registered there, and agents that report to it."""

import contextlib
import time

from doubles.devices import running_device
from doubles.servers import start_server, stop_server
from doubles.trained import put_version
from vedette.cli.client import open_client
from vedette.edge.over_the_air import ServerOptions
from vedette.edge.process import ProcessLimits

ACCOUNT, BUCKET = "111122223333", "edge-out"
POLL_S = 0.2
SOON_S = 60.0


def eventually(observe, is_done, what=""):
    """Return what is observed once it is as it should be."""
    deadline = time.monotonic() + SOON_S
    while not is_done(value := observe()):
        assert time.monotonic() < deadline, (what, value)
        time.sleep(0.02)
    return value


class Fleet:
    """A server, and what a person does there."""

    def __init__(self, server):
        self.server = server
        self.own = open_client("vedette", endpoint=server.address, data=server.data)
        self.project = ""
        self._orders = 0

    def package(self, version, component, **more):
        """Package a version of the project `belt`; return what an order for a device names."""
        self._orders += 1
        project = more.pop("project", "belt")
        answer = self.own.start_edge_package(
            ModelArn=f"arn:aws:lookoutvision:us-east-1:{ACCOUNT}:model/{project}/{version}",
            ComponentName=component,
            ComponentVersion=more.pop("number", f"1.0.{self._orders}"),
            Address=f"s3://{BUCKET}/edge",
            **more,
        )["Package"]
        arn = f"arn:aws:lookoutvision:us-east-1:{ACCOUNT}:project/{project}"

        def job():
            packages = self.own.list_edge_packages(ProjectArn=arn)["Packages"]
            return next(row for row in packages if row["JobName"] == answer["JobName"])

        settled = eventually(job, lambda row: row["Status"] in ("succeeded", "failed"))
        assert settled["Status"] == "succeeded", settled
        return {"ProjectArn": arn, "JobName": answer["JobName"]}

    def device(self, name):
        return self.own.describe_device(DeviceName=name)["Device"]

    def order(self, name, *packages):
        return self.own.update_device(DeviceName=name, Packages=list(packages))["Device"]

    def await_states(self, name, *states):
        """Wait until a device has done with its order what it should."""
        return eventually(
            lambda: self.device(name),
            lambda device: [row["State"] for row in device["Wanted"]] == list(states),
            states,
        )


@contextlib.contextmanager
def running_fleet(data):
    """A server with a project of two models that anybody can tell apart by their thresholds."""
    server = start_server(data, VEDETTE_ACCOUNT=ACCOUNT)
    try:
        for threshold in (0.4, 0.6):
            put_version(
                data, "lookoutvision", "belt", "anomaly", account=ACCOUNT, thresholds={"anomaly": threshold}
            )
        server.client("s3").create_bucket(Bucket=BUCKET)
        yield Fleet(server)
    finally:
        stop_server(server)


@contextlib.contextmanager
def reporting_device(folder, fleet, token="", **options):
    """An agent that reports to the server, twice a second at least."""
    folder.mkdir(parents=True, exist_ok=True)
    address = options.pop("address", fleet.server.address)
    settings = ServerOptions(address, token, poll_s=POLL_S)
    options.setdefault("limits", ProcessLimits(threads=1))
    with running_device(folder, server=settings, **options) as device:
        yield device
