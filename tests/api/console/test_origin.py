"""What pages of other sites, other ports and other names cannot do with somebody's cookie."""

import pytest

from doubles.console import ConsoleBrowser, signed_in
from doubles.raw_http import head, statuses, talk

SESSION = "/console/api/session"


@pytest.fixture(scope="module")
def root(server):
    return signed_in(server)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:3000"},
        {"Origin": "http://"},
        {"Origin": "http://127.0.0.1:99999999"},
        {"Sec-Fetch-Site": "cross-site", "Origin": None},
        {"Sec-Fetch-Site": "same-site", "Origin": None},
    ],
)
def test_another_origin_changes_nothing_even_with_the_token(server, root, headers):
    answer = root.ask("POST", "/console/api/sts/GetCallerIdentity", {}, headers=headers)
    assert (answer.status, answer.code) == (403, "ForeignOrigin")
    signing = ConsoleBrowser(server).ask("POST", SESSION, {"link": "x"}, headers=headers)
    assert (signing.status, signing.code) == (403, "ForeignOrigin")


def test_two_origins_are_none(server, root):
    cookie = "; ".join(f"{name}={value}" for name, value in root.cookies.items())
    fields = [("host", root.netloc), ("origin", server.address), ("origin", "https://evil.example")]
    fields += [("cookie", cookie), ("content-length", "0"), ("x-vedette-csrf", root.csrf)]
    answer = talk(server, head("DELETE", SESSION, [*fields, ("connection", "close")]))
    assert statuses(answer) == [403]


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_site_reads_nothing(root, site):
    assert root.ask("GET", SESSION, headers={"Sec-Fetch-Site": site}).code == "ForeignOrigin"


@pytest.mark.parametrize("token", [None, "", "0" * 64])
def test_a_change_without_the_sessions_token_is_refused(root, token):
    answer = root.ask("POST", "/console/api/sts/GetCallerIdentity", {}, headers={"X-Vedette-Csrf": token})
    assert (answer.status, answer.code) == (403, "BadCsrfToken")
    assert root.ask("DELETE", SESSION, headers={"X-Vedette-Csrf": token}).status == 403
    assert root.ask("GET", SESSION).status == 200


def test_another_sessions_token_is_none(server, root):
    other = signed_in(server)
    answer = root.ask("DELETE", SESSION, headers={"X-Vedette-Csrf": other.csrf})
    assert answer.code == "BadCsrfToken"


def test_a_form_of_another_site_cannot_sign_anybody_in(server):
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    for kind in (form, {"Content-Type": "text/plain"}, {"Content-Type": None}):
        assert ConsoleBrowser(server).ask("POST", SESSION, {"link": "x"}, headers=kind).status == 415


@pytest.mark.parametrize("target", ["/console/", SESSION, "/console/api/rekognition/DescribeProjects"])
def test_a_name_that_is_not_ours_gets_nothing(root, target):
    answer = root.ask("GET", target, headers={"Host": "evil.example"})
    assert answer.status == 421


def test_a_browser_that_asks_first_is_not_let_in(root):
    preflight = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    answer = root.ask("OPTIONS", "/console/api/rekognition/DescribeProjects", headers=preflight)
    assert (answer.status, answer.headers["access-control-allow-origin"]) == (403, None)


def test_no_answer_may_be_framed_or_read_elsewhere(root):
    for path in ("/console/", SESSION):
        headers = root.ask("GET", path).headers
        assert (headers["x-frame-options"], headers["cross-origin-resource-policy"]) == (
            "DENY",
            "same-origin",
        )
        assert headers["access-control-allow-origin"] is None


def test_a_cookie_is_not_asked_of_the_services(server, root):
    """The cookie stands for nobody outside the console, whatever a client sends there."""
    cookie = "; ".join(f"{name}={value}" for name, value in root.cookies.items())
    fields = [
        ("host", root.netloc),
        ("cookie", cookie),
        ("x-amz-target", "RekognitionService.DescribeProjects"),
    ]
    fields += [
        ("content-type", "application/x-amz-json-1.1"),
        ("content-length", "2"),
        ("connection", "close"),
    ]
    assert statuses(talk(server, head("POST", "/", fields) + b"{}")) == [400]
