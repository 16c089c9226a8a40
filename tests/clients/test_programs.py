"""The console's programs in other languages: run where their SDK is fetched, else read by their rules.

JavaScript, the newest boto3 and AWS CLI are run. Maven's, NuGet's and Go's packages are not fetched: Java is
compiled against the signatures below `java/`, written from the SDK's reference; C# and Go are parsed by their
grammars, and their members compared with the service's own description.
"""

import re
import shutil
import sys
from pathlib import Path

import botocore.session
import pytest

from doubles.clients import CACHE, customer, run
from doubles.programs import FINDING, PROGRAMS, serve_version, stop_version

pytestmark = [pytest.mark.clients, pytest.mark.timeout(900)]

HERE = Path(__file__).parent
SERVICES = ("rekognition", "lookoutvision")
GRAMMARS = ("tree-sitter==0.25.2", "tree-sitter-c-sharp==0.23.1", "tree-sitter-go==0.25.0")
PARSE = """
import sys, importlib
from tree_sitter import Language, Parser
grammar = importlib.import_module(sys.argv[1])
tree = Parser(Language(grammar.language())).parse(open(sys.argv[2], "rb").read())
sys.exit(f"no {sys.argv[1]}: {tree.root_node}" if tree.root_node.has_error else 0)
"""


@pytest.fixture(scope="module", params=SERVICES)
def served(request, server):
    """A version in service, of either service."""
    running = serve_version(server, request.param)
    yield running
    stop_version(running)


def test_the_javascript_program_finds_what_is_in_the_picture(served, javascript, tmp_path):
    (tmp_path / "node_modules").symlink_to(javascript / "node_modules")
    printed = served.run(tmp_path, "detect.mjs", "node", env=customer(served.server, tmp_path))
    # Of Lookout's answer it prints the verdict.
    assert (FINDING[served.service] if served.service == "rekognition" else "true") in printed


def test_the_newest_boto3_and_cli_do_after_the_line_that_the_program_names(served, newest, tmp_path):
    environment = customer(served.server, tmp_path)
    environment |= {"PATH": f"{newest}:{environment['PATH']}"}
    if served.service == "lookoutvision":
        assert "vedette sdk install" in served.program("ask.py").splitlines()[0]
        run(sys.executable, "-m", "vedette", "sdk", "install", env=environment)
    for name, interpreter in (("ask.py", str(newest / "python")), ("ask.sh", "bash")):
        assert FINDING[served.service] in served.run(tmp_path, name, interpreter, env=environment)


def test_javascript_and_the_cli_trust_a_certificate_of_its_own_by_the_page_s_lines(
    tls_server, javascript, newest, tmp_path
):
    served = serve_version(tls_server, "rekognition")
    try:
        (tmp_path / "node_modules").symlink_to(javascript / "node_modules")
        environment = customer(served.server, tmp_path)
        for name in ("AWS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"):
            del environment[name]
        # Clients try again after a certificate that they do not trust, and wait in between.
        environment |= {"PATH": f"{newest}:{environment['PATH']}", "AWS_MAX_ATTEMPTS": "1"}
        for trust, name, interpreter in (("javascript", "detect.mjs", "node"), ("cli", "ask.sh", "bash")):
            with pytest.raises(AssertionError, match=r"(?i)certificate"):
                served.run_trusting(tmp_path, "", name, interpreter, environment)
            printed = served.run_trusting(tmp_path, trust, name, interpreter, environment)
            assert FINDING["rekognition"] in printed
    finally:
        stop_version(served)


@pytest.mark.parametrize("service", SERVICES)
def test_the_java_program_compiles_against_the_sdk_s_signatures(service, tmp_path):
    if shutil.which("javac") is None:
        pytest.skip("there is no Java compiler on this machine")
    sources = [str(PROGRAMS / service / "Detect.java"), "-sourcepath", str(HERE / "java")]
    run("javac", "-Xlint:all", "-Werror", "-d", str(tmp_path), *sources)
    assert (tmp_path / "Detect.class").is_file()


@pytest.fixture(scope="session")
def grammars() -> Path:
    """A Python with the grammars of C# and Go."""
    place = CACHE / "grammars"
    if not (place / "ready").exists():
        run(sys.executable, "-m", "venv", str(place))
        run(str(place / "bin" / "pip"), "install", "--quiet", *GRAMMARS)
        (place / "ready").touch()
    return place / "bin" / "python"


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize(
    ("name", "grammar"), [("Program.cs", "tree_sitter_c_sharp"), ("main.go", "tree_sitter_go")]
)
def test_a_program_of_a_language_whose_sdk_is_not_fetched_is_well_formed(grammars, service, name, grammar):
    run(str(grammars), "-c", PARSE, grammar, str(PROGRAMS / service / name))


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("name", ["Program.cs", "main.go"])
def test_its_members_are_the_operation_s(service, name):
    model = botocore.session.get_session().get_service_model(service)
    operation = {"rekognition": "DetectCustomLabels", "lookoutvision": "DetectAnomalies"}[service]
    members = set(model.operation_model(operation).input_shape.members)
    text = (PROGRAMS / service / name).read_text("utf-8")
    request = re.search(operation + r"(?:Request\n|Input)\{\n(.*?)\n\t?\}", text, re.DOTALL)
    assert request is not None
    names = re.findall(r"^\s+(\w+)\s*[:=]", request.group(1), re.MULTILINE)
    assert set(names) <= members, names
    assert set(model.operation_model(operation).input_shape.required_members) <= set(names)
