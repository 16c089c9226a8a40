"""A feedback loop by the command, over a server that is killed while people label."""

import pytest
from click.testing import CliRunner

from doubles.servers import start_server, stop_server
from doubles.trained import put_version
from doubles.tried import a_png
from vedette.cli.main import app

ACCOUNT = "000000000000"


# A process that knows torch looks at what differs, and two servers start: slower than five seconds.
@pytest.mark.slow
def test_a_loop_by_the_command_waits_for_people_through_a_kill(tmp_path):
    server = start_server(tmp_path / "data")
    lookout, s3 = server.client("lookoutvision"), server.client("s3")
    lookout.create_project(ProjectName="line")
    put_version(server.data, "lookoutvision", "line", "anomaly", account=ACCOUNT)
    for kind in ("train", "test"):
        lookout.create_dataset(ProjectName="line", DatasetType=kind)
    s3.create_bucket(Bucket="pictures")
    for number in range(8):
        s3.put_object(
            Bucket="pictures", Key=f"in/{number}.png", Body=a_png((number * 30, 90, 200 - number * 20))
        )

    def run(*words):
        place = ["--project", "line", "--endpoint", server.address, "--data", str(server.data)]
        return CliRunner().invoke(app, ["loop", *words, *place])

    begun = run("start", "s3://pictures/in/", "--name", "monday", "--version", "1", "--most", "4")
    assert begun.exit_code == 0, begun.output
    assert "Of 8 pictures 4 chosen" in begun.output
    assert "waits to be assigned to people" in begun.output
    sources = [line for line in run("show", "--sources").output.splitlines() if "s3://" in line]
    assert len(sources) == 4
    server.process.kill()
    server.process.wait()
    server.process.stdout.close()
    server = start_server(tmp_path / "data")
    assert [line for line in run("show", "--sources").output.splitlines() if "s3://" in line] == sources
    early = run("continue", "monday")
    assert (early.exit_code, "waits to be assigned to people" in early.output) == (2, True), early.output
    assert run("stop").output.startswith("monday is stopped.")
    assert "stopped" in run("list").output
    assert run("delete", "monday").exit_code == 0
    assert stop_server(server) == 0
