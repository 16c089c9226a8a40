"""The walks of `examples/other_languages`: run where their SDK is fetched, else read by their grammars.

JavaScript and the AWS command line are run. Maven's, NuGet's and Go's packages are not fetched here: Java,
C# and Go are parsed. That they name operations and members as the service does is held by tests/docs.
"""

import shutil
import sys
from pathlib import Path

import pytest

from doubles.clients import CACHE, customer, run
from doubles.lines import a_line
from doubles.programs import FINDING, red_picture
from doubles.servers import start_server, stop_server
from doubles.trained import put_version

pytestmark = [pytest.mark.clients, pytest.mark.timeout(900)]

WALKS = Path(__file__).parents[2] / "examples" / "other_languages"
GRAMMARS = {
    "Walk.java": ("tree-sitter-java==0.23.5", "tree_sitter_java"),
    "Program.cs": ("tree-sitter-c-sharp==0.23.1", "tree_sitter_c_sharp"),
    "main.go": ("tree-sitter-go==0.25.0", "tree_sitter_go"),
}
PARSE = """
import sys, importlib
from tree_sitter import Language, Parser
grammar = importlib.import_module(sys.argv[1])
tree = Parser(Language(grammar.language())).parse(open(sys.argv[2], "rb").read())
sys.exit(f"no {sys.argv[1]}: {tree.root_node}" if tree.root_node.has_error else 0)
"""


@pytest.fixture
def server(tmp_path):
    """A server of its own: a walk makes the bucket and the project that its page names."""
    running = start_server(tmp_path / "data")
    yield running
    stop_server(running)


@pytest.fixture
def bucket(server):
    """The bucket that the walks name, with a manifest of two lines."""
    s3 = server.client("s3")
    s3.create_bucket(Bucket="my-bucket")
    lines = "\n".join(a_line(number, "cat", bucket="my-bucket") for number in range(2))
    s3.put_object(Bucket="my-bucket", Key="train.manifest", Body=lines.encode())


@pytest.mark.parametrize("name", ["walk.mjs", "walk.sh"])
def test_a_walk_makes_a_dataset_and_asks_a_version(request, server, bucket, tmp_path, name):
    environment = customer(server, tmp_path)
    (tmp_path / "picture.jpg").write_bytes(red_picture())
    if name == "walk.mjs":
        (tmp_path / "node_modules").symlink_to(request.getfixturevalue("javascript") / "node_modules")
        walk = ("node", name)
    else:
        environment["PATH"] = f"{request.getfixturevalue('newest')}:{environment['PATH']}"
        walk = ("bash", name)
    shutil.copyfile(WALKS / name, tmp_path / name)
    printed = run(*walk, "prepare", env=environment, cwd=tmp_path)
    assert ("3 entries" in printed) or printed.count("source-ref") == 3
    version = put_version(server.data, "rekognition", "walks", "classification", account="000000000000")
    arn = str(version.arn)
    assert FINDING["rekognition"] in run(*walk, "use", arn, "picture.jpg", env=environment, cwd=tmp_path)
    described = server.client("rekognition").describe_project_versions(ProjectArn=str(version.project.arn))
    assert described["ProjectVersionDescriptions"][0]["Status"] in ("STOPPING", "STOPPED")


@pytest.mark.parametrize("name", GRAMMARS)
def test_a_walk_whose_sdk_is_not_fetched_is_well_formed(name):
    place = CACHE / "grammars-of-walks"
    if not (place / "ready").exists():
        run(sys.executable, "-m", "venv", str(place))
        packages = [package for package, _ in GRAMMARS.values()]
        run(str(place / "bin" / "pip"), "install", "--quiet", "tree-sitter==0.25.2", *packages)
        (place / "ready").touch()
    run(str(place / "bin" / "python"), "-c", PARSE, GRAMMARS[name][1], str(WALKS / name))
