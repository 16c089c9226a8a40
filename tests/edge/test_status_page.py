"""The page at the device: what it shows, and whom it answers."""

import http.client
from dataclasses import dataclass
from enum import Enum

import pytest

import vedette
from vedette.edge.status_page import StatusPages, local_address, served_pages
from vedette.errors import Wrong


class State(Enum):
    RUNNING = "RUNNING"


@dataclass
class Report:
    name: str = "<doors>"
    state: State = State.RUNNING
    task: str = "anomaly"
    message: str = "It's <b>well</b>."


class PlayedModels:
    def reports(self):
        return [Report(), Report("plates", message="")]

    def waiting(self):
        return {"plates": 3}


class PlayedFigures:
    def total(self, name, outcome):
        assert outcome == "OK"
        return 12_345 if name == "plates" else 0

    def text(self):
        return b"vedette_edge 1\n"


@pytest.fixture(scope="module")
def page():
    pages = StatusPages(PlayedModels(), PlayedFigures(), ("unix:///tmp/<a>", "127.0.0.1:1"))
    with served_pages(pages, "127.0.0.1:0") as address:
        yield int(address.rstrip("/").rpartition(":")[2])


def get(port, path="/", host=None):
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        line.request("GET", path, headers={"Host": host or f"127.0.0.1:{port}"})
        response = line.getresponse()
        return response.status, dict(response.getheaders()), response.read()
    finally:
        line.close()


@pytest.mark.parametrize(
    ("path", "status", "kind", "body"),
    [
        ("/metrics", 200, "text/plain; version=0.0.4; charset=utf-8", b"vedette_edge 1\n"),
        ("/metrics?a=b", 200, "text/plain; version=0.0.4; charset=utf-8", b"vedette_edge 1\n"),
        ("/healthz", 200, "text/plain; charset=utf-8", b"ok\n"),
        ("/else", 404, "text/plain; charset=utf-8", b"There is /, /metrics and /healthz.\n"),
    ],
)
def test_each_path_has_its_answer_with_its_kind_and_is_not_kept(page, path, status, kind, body):
    answer = get(page, path)
    assert (answer[0], answer[2]) == (status, body)
    headers = {name: answer[1][name] for name in ("Content-Type", "Content-Length", "Cache-Control")}
    assert headers == {"Content-Type": kind, "Content-Length": str(len(body)), "Cache-Control": "no-store"}


def test_the_page_shows_every_model_with_its_counts_and_nothing_of_it_as_markup(page):
    status, headers, body = get(page)
    text = body.decode()
    assert (status, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert (
        "<tr><td>&lt;doors&gt;</td><td>RUNNING</td><td>anomaly</td>"
        '<td class="n">0</td><td class="n">0</td><td>It&#x27;s &lt;b&gt;well&lt;/b&gt;.</td></tr>'
    ) in text
    assert '<td class="n">12,345</td><td class="n">3</td><td></td></tr>' in text
    assert f"Version {vedette.__version__}, answers at unix:///tmp/&lt;a&gt;, 127.0.0.1:1" in text


def test_a_page_of_another_site_that_leads_here_by_its_own_name_reads_nothing(page):
    assert get(page, host=f"localhost:{page}")[0] == 200
    for name in ("evil.example", "127.0.0.2", "", "evil.localhost"):
        assert get(page, "/metrics", f"{name}:{page}")[0] == 403
    for name in ("evil.example", "127.0.0.2", "[::1]", "127.0.0.1.evil.example", " "):
        assert get(page, "/metrics", name)[0] == 403


def test_a_host_without_its_port_is_the_page_s_own_name_still(page):
    """As a browser sends it where the page is at port 80."""
    assert [get(page, host=name)[0] for name in ("127.0.0.1", "localhost")] == [200, 200]


def test_a_place_that_is_taken_is_refused(page):
    pages = StatusPages(PlayedModels(), PlayedFigures(), ())
    with (
        pytest.raises(Wrong, match=f"cannot be at 127.0.0.1:{page}"),
        served_pages(pages, f"127.0.0.1:{page}"),
    ):
        pass


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("127.0.0.1:9464", ("127.0.0.1", 9464)),
        ("127.0.0.2:0", ("127.0.0.2", 0)),
        ("localhost:65535", ("127.0.0.1", 65535)),
    ],
)
def test_an_address_of_this_machine_alone_is_taken(address, place):
    assert local_address(address) == place


@pytest.mark.parametrize(
    "address",
    ["0.0.0.0:1", "192.0.2.1:1", "example.com:1", "127.0.0.1:65536", "127.0.0.1", ":1", "127.0.0.1:x"],
)
def test_an_address_that_others_could_reach_or_that_is_none_is_refused(address):
    with pytest.raises(Wrong):
        local_address(address)
