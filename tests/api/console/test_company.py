"""Signing in with the company, through a server and a provider: in, out, and by every trick."""

import itertools
import json
from urllib.parse import urlencode, urlsplit

import pytest

from doubles.console import HOME, ConsoleBrowser, directory_beside, signed_in
from doubles.identity_provider import CLIENT, running_provider
from doubles.servers import start_server, stop_server
from vedette.identity.holder import Holder

BEGIN, END = "/console/api/company-begin", "/console/api/company-end"
SESSION = "/console/api/session"
COUNT = itertools.count()
CROSS = {"Sec-Fetch-Site": "cross-site"}


@pytest.fixture(scope="module")
def company():
    with running_provider() as company:
        yield company


@pytest.fixture(scope="module")
def house(company, tmp_path_factory):
    """A server whose company is the provider; keys sign nobody in."""
    server = start_server(
        tmp_path_factory.mktemp("company") / "data",
        VEDETTE_SSO_ISSUER=company.issuer,
        VEDETTE_SSO_CLIENT_ID=CLIENT,
        VEDETTE_SSO_CLIENT_SECRET=company.secret,
        VEDETTE_SSO_GROUPS="Vision Team=trainers, Admins=admins, Ghosts=ghosts",
        VEDETTE_SSO_NAME="Contoso",
        VEDETTE_LOCAL_SIGN_IN="no",
    )
    with directory_beside(server) as identity:
        for group, policy in (("trainers", "trainer"), ("admins", "administrator"), ("others", "viewer")):
            identity.directory.groups.create(HOME, group)
            identity.directory.policies.attach(Holder("group", HOME, group), policy)
    yield server
    stop_server(server)


@pytest.fixture(autouse=True)
def person(company):
    """Whoever signs in, a new one each time."""
    name = f"person-{next(COUNT)}"
    company.lies, company.is_away = {}, False
    company.claims = {"sub": name, "email": f"{name}@example.com", "groups": ["Vision Team"]}
    return f"{name}@example.com"


def begin(browser, to="/"):
    return browser.ask("GET", f"{BEGIN}?{urlencode({'to': to})}")


def end(browser, back):
    return browser.ask("GET", f"{END}?{urlencode(back)}", headers=CROSS)


def sign_in(house, company, to="/"):
    browser = ConsoleBrowser(house)
    answer = end(browser, company.authorize(begin(browser, to).headers["location"]))
    return browser, answer


def problem(answer):
    return answer.status, answer.headers["refresh"].rpartition("#problem=")[2]


def test_a_person_comes_to_where_they_wanted_with_the_rights_of_the_group(house, company, person):
    browser, answer = sign_in(house, company, "/projects?region=us-east-1")
    assert (answer.status, answer.headers["location"]) == (303, "/console/projects?region=us-east-1")
    session = browser.ask("GET", SESSION).json
    assert (session["name"], session["way"], session["lacksFactor"]) == (person, "company", False)
    browser.csrf = session["csrf"]
    assert browser.call("rekognition", "DescribeProjects").status == 200
    assert browser.call("vedette", "CreateUser", UserName="x").code == "AccessDeniedException"


def test_the_page_learns_which_ways_there_are_and_keys_are_none(house):
    browser = ConsoleBrowser(house)
    ways = {"company": "Contoso", "keys": False, "passkeys": False}
    assert browser.ask("GET", "/console/api/ways").json == ways
    assert browser.sign_in().code == "LocalSignInOff"


def test_the_operators_link_opens_while_the_provider_is_away(house, company):
    company.is_away = True
    browser = ConsoleBrowser(house)
    with directory_beside(house) as identity:
        link = identity.console.create_link(HOME)
    assert browser.sign_in(link=link).json["isRoot"] is True


def test_a_code_and_a_state_count_once_and_in_the_browser_that_began(house, company):
    browser = ConsoleBrowser(house)
    back = company.authorize(begin(browser).headers["location"])
    thief = ConsoleBrowser(house)
    assert problem(end(thief, back)) == (401, "company-expired")
    begin(thief)
    assert problem(end(thief, back)) == (401, "company-expired")
    cookies = dict(browser.cookies)
    assert end(browser, back).status == 303
    again = ConsoleBrowser(house, cookies=cookies)
    assert problem(end(again, back)) == (401, "company-expired")
    assert problem(end(again, {**back, "state": ""})) == (401, "company-expired")


def test_a_changed_cookie_began_nothing(house, company):
    browser = ConsoleBrowser(house)
    back = company.authorize(begin(browser).headers["location"])
    name = next(name for name in browser.cookies if name.endswith("company"))
    browser.cookies[name] = browser.cookies[name][:-8] + "AAAAAAA="
    assert problem(end(browser, back)) == (401, "company-expired")


@pytest.mark.parametrize(
    "to",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "/a\r\nx: y",
        "x",
        "",
    ],
)
def test_nobody_is_led_out_of_the_console(house, company, to):
    _, answer = sign_in(house, company, to)
    location = urlsplit(answer.headers["location"])
    assert (location.scheme, location.netloc) == ("", "")
    assert location.path.startswith("/console/")
    assert answer.headers["x"] is None


def test_a_session_that_was_there_before_is_not_the_one_after(house, company):
    browser = ConsoleBrowser(house, cookies={"vedette-00000000": "chosen by somebody"})
    name = next(
        line for line in sign_in(house, company)[1].headers.get_all("set-cookie") if "company" not in line
    )
    browser.cookies[name.partition("=")[0]] = "chosen-by-somebody"
    end(browser, company.authorize(begin(browser).headers["location"]))
    assert "chosen-by-somebody" not in browser.cookies.values()


def test_who_is_in_no_group_stays_out_and_who_left_one_loses_rights_and_sessions(house, company, person):
    browser, _ = sign_in(house, company)
    with directory_beside(house) as identity:
        identity.directory.groups.add(HOME, "others", person)
    company.claims["groups"] = ["Admins"]
    sign_in(house, company)
    with directory_beside(house) as identity:
        assert sorted(identity.directory.groups.of(HOME, person)) == ["admins", "others"]
    company.claims["groups"] = {"nonsense": ["Admins"]}
    assert problem(sign_in(house, company)[1]) == (401, "company-group")
    assert browser.ask("GET", SESSION).status == 401
    with directory_beside(house) as identity:
        assert identity.directory.groups.of(HOME, person) == ["others"]


@pytest.mark.parametrize(
    ("claim", "sentence"),
    [
        (["Sales", "IT"], "They are: Sales, IT."),
        ([], "They are: none."),
        (None, "lists no groups"),
        (["Ghosts"], "lead to ghosts, which this account has not"),
    ],
    ids=str,
)
def test_the_operator_reads_why_somebody_stays_out(house, company, person, claim, sentence):
    company.claims["groups"] = claim
    assert problem(sign_in(house, company)[1]) == (401, "company-group")
    wanted = [{"AttributeKey": "Username", "AttributeValue": person}]
    (event,) = house.client("cloudtrail").lookup_events(LookupAttributes=wanted)["Events"]
    assert sentence in json.loads(event["CloudTrailEvent"])["errorMessage"]
    log = house.data.with_name(f"{house.data.name}.log").read_text("utf-8")
    assert any(person in line and sentence in line for line in log.splitlines())


def test_what_the_provider_says_makes_no_lines_of_its_own(house, company, person):
    company.claims |= {"groups": ["\ud800\nFORGED\x1b[2J"], "email": f"{person}\nFORGED " + 10_000 * "x"}
    assert problem(sign_in(house, company)[1]) == (401, "company-group")
    lines = house.data.with_name(f"{house.data.name}.log").read_text("utf-8").splitlines()
    (line,) = (line for line in lines if person in line and "FORGED" in line)
    assert len(line) < 2000
    assert "\x1b" not in line
    (event,) = house.client("cloudtrail").lookup_events()["Events"][:1]
    assert person in json.loads(event["CloudTrailEvent"])["errorMessage"]


def test_an_address_that_a_user_of_ours_has_is_not_taken_over(house, company, person):
    with directory_beside(house) as identity:
        identity.directory.create_user(HOME, person.upper(), ["administrator"])
    assert problem(sign_in(house, company)[1]) == (401, "company-name")


def test_a_person_is_known_by_the_subject_whatever_the_address(house, company, person):
    sign_in(house, company)
    company.claims["email"] = "new-name@example.com"
    browser, _ = sign_in(house, company)
    assert browser.ask("GET", SESSION).json["name"] == person
    company.claims |= {"sub": "somebody else", "email": person}
    assert problem(sign_in(house, company)[1]) == (401, "company-name")


def test_a_refusal_of_the_provider_and_a_provider_that_is_away_are_told(house, company):
    browser = ConsoleBrowser(house)
    back = company.authorize(begin(browser).headers["location"])
    assert problem(end(browser, {"state": back["state"], "error": "access_denied"})) == (
        401,
        "company-refused",
    )
    begin(browser)
    company.lies = {"aud": "another program"}
    assert problem(sign_in(house, company)[1]) == (401, "company-refused")
    company.lies, company.is_away = {}, True
    browser = ConsoleBrowser(house)
    browser.ask("GET", BEGIN)
    company.is_away = False
    back = company.authorize(begin(browser).headers["location"])
    company.is_away = True
    assert problem(end(browser, back)) == (502, "company-away")


def test_a_second_factor_at_the_company_counts_as_one(house, company):
    company.claims["amr"] = ["pwd", "mfa"]
    browser, _ = sign_in(house, company)
    (own,) = browser.ask("GET", "/console/api/sessions").json["sessions"]
    assert own["verified"] is True


def test_sign_ins_by_the_company_are_on_record(house, company, person):
    sign_in(house, company)
    company.claims["groups"] = []
    sign_in(house, company)
    wanted = [{"AttributeKey": "Username", "AttributeValue": person}]
    events = house.client("cloudtrail").lookup_events(LookupAttributes=wanted)["Events"]
    records = [json.loads(event["CloudTrailEvent"]) for event in events]
    assert [record["responseElements"]["ConsoleLogin"] for record in records] == ["Failure", "Success"]
    assert {record["eventName"] for record in records} == {"ConsoleLogin"}


def test_with_its_way_a_session_ends(company, tmp_path):
    data, claims = tmp_path / "data", {"VEDETTE_SSO_CLIENT_ID": CLIENT, "VEDETTE_SSO_GROUPS": "Admins=admins"}
    secret = {"VEDETTE_SSO_CLIENT_SECRET": company.secret, "VEDETTE_SSO_ISSUER": company.issuer}
    company.claims["groups"] = ["Admins"]
    server = start_server(data, **claims, **secret)
    with directory_beside(server) as identity:
        identity.directory.groups.create(HOME, "admins")
        link = identity.console.create_link(HOME)
    by_key, by_link = signed_in(server), ConsoleBrowser(server)
    by_link.sign_in(link=link)
    by_company, _ = sign_in(server, company)
    browsers = (by_key, by_link, by_company)
    assert statuses(server, browsers) == [200, 200, 200]
    stop_server(server)
    server = start_server(data, VEDETTE_LOCAL_SIGN_IN="no", **claims, **secret)
    assert statuses(server, browsers) == [401, 200, 200]
    stop_server(server)
    # A way that opens again opens no old sessions, and another company's people are others.
    other = {**secret, "VEDETTE_SSO_ISSUER": "http://127.0.0.1:9"}
    server = start_server(data, **claims, **other)
    assert statuses(server, browsers) == [401, 200, 401]
    stop_server(server)
    server = start_server(data, **claims, **secret)
    assert statuses(server, browsers) == [401, 200, 401]
    stop_server(server)


def statuses(server, browsers):
    """Return how the server, started anew, answers those who were signed in before."""
    return [
        ConsoleBrowser(server, cookies=dict(browser.cookies)).ask("GET", SESSION).status
        for browser in browsers
    ]


def test_a_server_without_a_company_has_no_such_way(server):
    browser = ConsoleBrowser(server)
    assert browser.ask("GET", BEGIN).status == 404
    assert browser.ask("GET", "/console/api/ways").json == {"company": None, "keys": True, "passkeys": False}
    assert browser.ask("GET", "/console/api/ways", headers=CROSS).code == "ForeignOrigin"
