"""AWS's CDK, unmodified, against a server of one's own: run by hand, since it takes minutes.

    python tests/clients/try_cdk.py

Deploys `cdk_app.mjs` twice, changes it, looks for differences and for drift, and destroys it: one stack whose
template goes with the request, and one whose template goes through the bucket that CDK names for that.
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from doubles.clients import CACHE, customer, run  # noqa: E402
from doubles.servers import RunningServer, start_server, stop_server  # noqa: E402

PACKAGES = ("aws-cdk@2.1148.1", "aws-cdk-lib", "constructs")
BUCKET = "cdk-hnb659fds-assets-000000000000-us-east-1"


def installed() -> Path:
    """Return the folder that has CDK."""
    place = CACHE / "cdk"
    if not (place / "node_modules" / "aws-cdk-lib").exists():
        place.mkdir(parents=True, exist_ok=True)
        run("npm", "install", "--no-audit", "--no-fund", "--silent", *PACKAGES, cwd=place)
    shutil.copyfile(HERE / "cdk_app.mjs", place / "cdk_app.mjs")
    return place


def walk(server: RunningServer, place: Path, home: Path) -> None:
    """Deploy, change and destroy; each step says what it saw."""
    environment = {**customer(server, home), "CDK_DISABLE_VERSION_CHECK": "1", "NODE_NO_WARNINGS": "1"}
    server.client("s3").create_bucket(Bucket=BUCKET)
    watch, stacks = server.client("cloudwatch"), server.client("cloudformation")

    def cdk(*words: str) -> str:
        command = (str(place / "node_modules" / ".bin" / "cdk"), *words, "--no-color", "--no-notices")
        return run(*command, env=environment, cwd=place, stderr_too=True)

    def thresholds() -> list[float]:
        return sorted(alarm["Threshold"] for alarm in watch.describe_alarms()["MetricAlarms"])

    def expect(what: str, seen: bool) -> None:
        print(what if seen else f"NOT: {what}", flush=True)
        if not seen:
            raise SystemExit(1)

    node = ("--app", "node cdk_app.mjs", "--output", str(home / "out"))
    deploy = ("deploy", "--all", "--require-approval", "never")
    cdk(*deploy, *node)
    described = stacks.describe_stacks()["Stacks"]
    expect("both stacks are made", {stack["StackStatus"] for stack in described} == {"CREATE_COMPLETE"})
    again = ("--app", str(home / "out"))
    expect("the second time nothing changes", cdk(*deploy, *again).count("(no changes)") == 2)
    expect("no difference is told", "with differences: 0" in cdk("diff", *again))
    expect("no drift is told", "resources with drift: 0" in cdk("drift", *again))
    for alarm in watch.describe_alarms()["MetricAlarms"]:
        watch.put_metric_alarm(
            AlarmName=alarm["AlarmName"], Namespace="AWS/Rekognition", MetricName="ErrorCount",
            Statistic="Sum", Period=300, EvaluationPeriods=1, Threshold=99.0,
            ComparisonOperator="GreaterThanOrEqualToThreshold",
        )  # fmt: skip
    expect("a threshold set by hand is told as drift", "resources with drift: 2" in cdk("drift", *again))
    cdk(*deploy, *node, "--context", "most=7")
    expect("a changed threshold is set", thresholds() == [7.0, 7.0])
    cdk("destroy", "--all", "--force", *again)
    expect("both are destroyed", stacks.describe_stacks()["Stacks"] == [] and thresholds() == [])


def main() -> None:
    """Run it against a fresh server."""
    place = installed()
    with tempfile.TemporaryDirectory() as folder:
        server = start_server(Path(folder) / "data")
        try:
            walk(server, place, Path(folder))
        finally:
            stop_server(server)


if __name__ == "__main__":
    os.umask(0o077)
    main()
