"""Clients of the edge agent in another language, made from the proto file that is in the package."""

import json
import shutil
from importlib.resources import files
from pathlib import Path

import pytest

from doubles.clients import CACHE, run
from doubles.devices import running_device, tiny_models

pytestmark = [pytest.mark.clients, pytest.mark.timeout(300)]

HERE = Path(__file__).parent
# JavaScript alone, so that nothing is compiled.
PACKAGES = ("@grpc/grpc-js@1.14.7", "@grpc/proto-loader@0.8.1")


@pytest.fixture(scope="module")
def javascript_grpc() -> Path:
    """A folder whose node_modules has gRPC's JavaScript."""
    if shutil.which("npm") is None:
        pytest.skip("there is no npm on this machine")
    place = CACHE / "javascript-grpc"
    if not (place / "node_modules" / "@grpc" / "proto-loader").exists():
        place.mkdir(parents=True, exist_ok=True)
        run("npm", "install", "--no-audit", "--no-fund", "--silent", *PACKAGES, cwd=place)
    return place


def test_javascript_walks_through_the_calls_with_the_package_s_own_proto_file(javascript_grpc, tmp_path):
    proto = files("vedette.edge.protos") / "edge-agent.proto"
    script = javascript_grpc / "edge_agent.mjs"
    shutil.copyfile(HERE / "edge_agent.mjs", script)
    with running_device(tiny_models(tmp_path / "models")) as device:
        words = (str(proto), f"unix://{device.socket}", "masks", "anomalies")
        said = json.loads(run("node", str(script), *words, cwd=javascript_grpc))
    assert said == {
        "listed": ["anomalies", "boxes", "damaged", "labels", "masks"],
        "before": "STOPPED",
        "starts": 1,
        "bytes": [True, 1, "#D62728"],
        "pixel": "d62728",
        "memory": [True, True, True],
        "grown": False,
        "scored": [True, 1, 0.4],
        "many": True,
        "refused": {"again": 9, "unknown": 5, "size": 3, "missing": 3, "stopped": 9},
        "stopped": "STOPPED",
    }
