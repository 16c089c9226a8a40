"""The foreign clients themselves, installed once a run."""

import shutil
import sys
from pathlib import Path

import pytest

from doubles.clients import CACHE, JS_PACKAGES, run
from doubles.servers import RunningServer


@pytest.fixture(scope="session")
def newest() -> Path:
    """An environment with the newest boto3 and AWS CLI v1, without any lookoutvision of its own."""
    place = CACHE / "newest"
    if not (place / "bin" / "aws").exists():
        run(sys.executable, "-m", "venv", str(place))
        run(str(place / "bin" / "pip"), "install", "--quiet", "boto3", "awscli", "awscrt")
    return place / "bin"


@pytest.fixture(scope="session")
def javascript() -> Path:
    """A folder whose node_modules has the JavaScript SDK's clients."""
    if shutil.which("npm") is None:
        pytest.skip("there is no npm on this machine")
    place = CACHE / "javascript"
    if not all((place / "node_modules" / name).exists() for name in JS_PACKAGES):
        place.mkdir(parents=True, exist_ok=True)
        run("npm", "install", "--no-audit", "--no-fund", "--silent", *JS_PACKAGES, cwd=place)
    return place


@pytest.fixture(params=["http", "https"])
def any_server(request: pytest.FixtureRequest) -> RunningServer:
    """The same server twice: in the clear, and by TLS with a certificate that is its own authority."""
    running: RunningServer = request.getfixturevalue("server" if request.param == "http" else "tls_server")
    return running
