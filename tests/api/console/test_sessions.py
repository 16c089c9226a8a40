"""Signing in at the console, and all the ways in which a session ends."""

import json
import re
import time
import uuid
from datetime import timedelta

import pytest
from click.testing import CliRunner

from doubles.console import HOME, ConsoleBrowser, a_user, directory_beside, signed_in
from doubles.houses import HERE
from vedette.api.console.attempts import MOST_ADDRESSES, MOST_FAILURES, FailedAttempts
from vedette.api.console.faults import ConsoleFault
from vedette.cli.main import app
from vedette.cli.serve import welcome
from vedette.errors import Denied, Missing
from vedette.identity.console_session import Browser, SessionLength, TemporaryProof
from vedette.identity.console_session_rows import MOST_SESSIONS
from vedette.identity.holder import Holder
from vedette.settings import Settings

LENGTH = SessionLength(timedelta(hours=12), timedelta(days=7))
SESSION = "/console/api/session"


def a_name():
    return f"u-{uuid.uuid4().hex[:8]}"


def link_of(server, user=None):
    with directory_beside(server) as identity:
        return identity.console.create_link(HOME, user)


def test_a_root_key_signs_in_and_the_page_learns_who_it_is(server):
    browser = ConsoleBrowser(server)
    answer = browser.sign_in()
    facts = answer.json
    assert {name: facts[name] for name in ("account", "name", "arn", "isRoot", "region")} == {
        "account": "000000000000",
        "name": "root",
        "arn": "arn:aws:iam::000000000000:root",
        "isRoot": True,
        "region": "us-east-1",
    }
    assert "us-east-1" in facts["regions"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT.*Z", facts["expires"])
    assert browser.ask("GET", SESSION).json == facts


def test_the_cookie_is_for_the_console_alone_and_no_script_reads_it(server):
    line = ConsoleBrowser(server).sign_in().headers["set-cookie"]
    attributes = {part.strip().lower() for part in line.split(";")[1:]}
    assert attributes == {"path=/console/", "max-age=604800", "httponly", "samesite=strict"}


def test_over_tls_the_cookie_never_leaves_in_the_clear(tls_server):
    import ssl
    from http.client import HTTPSConnection
    from urllib.parse import urlsplit

    key = tls_server.key
    context = ssl.create_default_context(cafile=str(tls_server.data / "tls" / "self.crt"))
    line = HTTPSConnection(urlsplit(tls_server.address).netloc, context=context)
    body = json.dumps({"accessKeyId": key[0], "secretAccessKey": key[1]})
    line.request("POST", SESSION, body, {"content-type": "application/json", "origin": tls_server.address})
    assert line.getresponse().headers["set-cookie"].endswith("; Secure")
    line.close()


@pytest.mark.parametrize(
    "content",
    [
        {"accessKeyId": "AKIAUNKNOWN", "secretAccessKey": "secret"},
        {"link": "made up"},
    ],
)
def test_a_wrong_key_or_link_signs_nobody_in(server, content):
    answer = ConsoleBrowser(server).ask("POST", SESSION, content)
    assert (answer.status, answer.code, answer.headers["set-cookie"]) == (401, "SignInFailed", None)


def test_a_wrong_secret_signs_nobody_in(server):
    answer = ConsoleBrowser(server).sign_in((server.key[0], "x" * 40))
    assert (answer.status, answer.code) == (401, "SignInFailed")


@pytest.mark.parametrize("content", [{}, {"link": 1}, {"accessKeyId": "AKIA"}, {"accessKeyId": ["x"]}])
def test_what_is_neither_a_link_nor_a_key_is_a_bad_request(server, content):
    assert ConsoleBrowser(server).ask("POST", SESSION, content).status == 400


def test_a_link_signs_in_once(server):
    link = link_of(server)
    browser = ConsoleBrowser(server)
    assert browser.sign_in(link=link).json["isRoot"] is True
    second = ConsoleBrowser(server).sign_in(link=link)
    assert (second.status, second.code) == (401, "SignInFailed")
    assert "vedette console" in second.json["message"]
    assert browser.ask("GET", SESSION).status == 200


def test_a_link_of_a_user_signs_that_user_in(server):
    name = a_name()
    a_user(server, name, "viewer")
    browser = ConsoleBrowser(server)
    assert browser.sign_in(link=link_of(server, name)).json["name"] == name


def test_the_command_prints_a_link_to_where_the_server_answers(server):
    name = a_name()
    a_user(server, name)
    ran = CliRunner().invoke(app, ["console", "--user", name, "--data", str(server.data)])
    address, _, link = ran.stdout.strip().partition("/console/#link=")
    assert (ran.exit_code, address) == (0, server.address)
    assert ConsoleBrowser(server).sign_in(link=link).json["name"] == name
    assert CliRunner().invoke(app, ["console", "--user", "x", "--data", str(server.data)]).exit_code == 1


def test_the_start_says_how_to_come_in_and_prints_a_link_to_a_terminal_alone():
    link = "http://127.0.0.1:8080/console/#link=token"
    to_person, to_log = (welcome(Settings(), "http://127.0.0.1:8080", text) for text in (link, ""))
    assert f"  {link}\n" in to_person
    assert ("#link" in to_log, "vedette console` prints a link" in to_log) == (False, True)


def test_signing_out_ends_a_session_for_who_stole_its_cookie_too(server):
    browser = signed_in(server)
    thief = ConsoleBrowser(server, dict(browser.cookies), browser.csrf)
    assert thief.ask("GET", SESSION).status == 200
    gone = browser.ask("DELETE", SESSION)
    assert (gone.status, browser.cookies) == (204, {})
    answer = thief.call("rekognition", "DescribeProjects")
    assert (answer.status, answer.code) == (401, "SignedOut")


def test_sessions_are_listed_and_ended_by_their_owner_alone(server):
    first_key, other_key = a_user(server, a_name(), "viewer"), a_user(server, a_name(), "administrator")
    first, second, stranger = (signed_in(server, key) for key in (first_key, first_key, other_key))
    sessions = first.ask("GET", "/console/api/sessions").json["sessions"]
    assert sorted(session["isCurrent"] for session in sessions) == [False, True]
    other = next(session for session in sessions if not session["isCurrent"])
    assert (other["accessKeyId"], other["address"]) == (first_key[0], "127.0.0.1")
    assert stranger.ask("DELETE", f"/console/api/sessions/{other['id']}").status == 404
    assert first.ask("DELETE", f"/console/api/sessions/{other['id']}").status == 204
    assert [browser.ask("GET", SESSION).status for browser in (first, second)] == [200, 401]


def test_a_session_ends_with_its_user_though_the_name_comes_again(server):
    name = a_name()
    browser = signed_in(server, a_user(server, name, "administrator"))
    with directory_beside(server) as identity:
        identity.directory.delete_user(HOME, name)
    assert browser.ask("GET", SESSION).status == 401
    a_user(server, name, "administrator")
    assert browser.ask("GET", SESSION).status == 401


def test_a_session_ends_with_its_key_and_stays_ended(server):
    key = a_user(server, a_name(), "viewer")
    first = signed_in(server, key)
    with directory_beside(server) as identity:
        identity.directory.enable_key(key[0], enabled=False)
        identity.directory.enable_key(key[0], enabled=True)
        assert first.ask("GET", SESSION).status == 401
        second = signed_in(server, key)
        identity.directory.delete_key(key[0])
    assert second.ask("GET", SESSION).status == 401


def test_rights_that_are_taken_away_are_gone_within_a_second(server):
    import time

    name = a_name()
    browser = signed_in(server, a_user(server, name, "viewer"))
    assert browser.call("rekognition", "DescribeProjects").status == 200
    with directory_beside(server) as identity:
        identity.directory.policies.detach(Holder("user", HOME, name), "viewer")
    time.sleep(1)
    answer = browser.call("rekognition", "DescribeProjects")
    assert (answer.status, answer.code) == (400, "AccessDeniedException")


def fail(attempts, address, now, times=MOST_FAILURES):
    for _ in range(times):
        attempts.refuse_too_many(address, now)
        attempts.count(address, now)


def waits(attempts, address, now):
    try:
        attempts.refuse_too_many(address, now)
    except ConsoleFault as refusal:
        return refusal.retry_after_s
    return 0


def test_who_fails_too_often_waits_and_others_do_not():
    attempts = FailedAttempts()
    fail(attempts, "10.0.0.1", 0)
    assert (waits(attempts, "10.0.0.1", 100), waits(attempts, "10.0.0.2", 100)) == (200, 0)
    assert waits(attempts, "10.0.0.1", 300) == 0
    attempts.count("10.0.0.1", 300)
    attempts.forget("10.0.0.1")
    fail(attempts, "10.0.0.1", 301, MOST_FAILURES - 1)
    assert waits(attempts, "10.0.0.1", 302) == 0


def test_who_goes_on_failing_waits_longer_each_time_up_to_an_hour():
    attempts, now, seen = FailedAttempts(), 0.0, []
    for _ in range(6):
        fail(attempts, "10.0.0.1", now)
        seen.append(waits(attempts, "10.0.0.1", now))
        now += seen[-1]
    assert seen == [300, 600, 1200, 2400, 3600, 3600]
    now += 3601
    fail(attempts, "10.0.0.1", now)
    assert waits(attempts, "10.0.0.1", now) == 300


def test_addresses_of_one_household_are_one_and_a_mapped_one_is_of_version_4():
    attempts = FailedAttempts()
    for number in range(MOST_FAILURES):
        attempts.count(f"2001:db8:0:1::{number:x}", 0)
    assert waits(attempts, "2001:db8:0:1:ffff::1", 1) > 0
    assert waits(attempts, "2001:db8:0:2::1", 1) == 0
    fail(attempts, "::ffff:10.0.0.9", 0)
    assert (waits(attempts, "10.0.0.9", 1) > 0, waits(attempts, "10.0.0.8", 1)) == (True, 0)


def test_of_ten_thousand_wrong_secrets_few_are_heard_and_nobody_else_waits():
    attempts = FailedAttempts()
    heard = 0
    for number in range(10_000):
        if not waits(attempts, "192.0.2.1", number):
            attempts.count("192.0.2.1", number)
            heard += 1
    assert heard <= 6 * MOST_FAILURES
    assert waits(attempts, "192.0.2.2", 10_000) == 0


def test_only_so_many_addresses_are_remembered():
    attempts = FailedAttempts()
    for number in range(MOST_ADDRESSES + 10):
        attempts.count(str(number), 0)
    assert len(attempts._failures) == MOST_ADDRESSES


def test_a_session_ends_when_it_is_idle_and_at_its_end(house, clock):
    console = house.identity.console
    token, _ = console.open_link(console.create_link(HERE), Browser(), LENGTH)
    for _ in range(13):
        clock.move(hours=11)
        assert console.find(token, LENGTH) is not None
    clock.move(hours=12)
    assert console.find(token, LENGTH) is None
    token, _ = console.open_link(console.create_link(HERE), Browser(), LENGTH)
    for _ in range(15):
        clock.move(hours=11)
        assert console.find(token, LENGTH) is not None
    clock.move(hours=3)
    assert console.find(token, LENGTH) is None


def test_a_link_ends_after_an_hour(house, clock):
    console = house.identity.console
    link, later = console.create_link(HERE), console.create_link(HERE)
    clock.move(minutes=59)
    console.open_link(link, Browser(), LENGTH)
    clock.move(minutes=1)
    with pytest.raises(Denied, match="older than an hour"):
        console.open_link(later, Browser(), LENGTH)


def test_a_link_needs_a_person(house):
    with pytest.raises(Missing):
        house.identity.console.create_link(HERE, "nobody")
    with pytest.raises(Missing):
        house.identity.console.create_link("123412341234")


def test_a_person_has_only_so_many_sessions_and_the_oldest_goes(house, clock):
    console = house.identity.console
    tokens = []
    for _ in range(MOST_SESSIONS + 2):
        tokens.append(console.open_link(console.create_link(HERE), Browser(), LENGTH)[0])
        clock.move(seconds=1)
    stand = [console.find(token, LENGTH) is not None for token in tokens]
    assert stand == [False, False, *[True] * MOST_SESSIONS]


def test_no_token_is_stored(house, database):
    console = house.identity.console
    link = console.create_link(HERE)
    spent = console.create_link(HERE)
    token, _ = console.open_link(spent, Browser(), LENGTH)
    with database.read() as connection:
        rows = [*connection.exec_driver_sql("select * from console_links")]
        rows += [*connection.exec_driver_sql("select * from console_sessions")]
    assert len(rows) == 2
    assert not any(secret in str(rows) for secret in (link, spent, token))


def temporary(server, key=None, **members):
    """Keys as STS gives them out."""
    answer = server.client("sts", key=key).get_session_token(**members)["Credentials"]
    return answer["AccessKeyId"], answer["SecretAccessKey"], answer["SessionToken"]


def sign_in_with(server, key_id, secret, token=""):
    browser = ConsoleBrowser(server)
    content = {"accessKeyId": key_id, "secretAccessKey": secret, "sessionToken": token}
    answer = browser.ask("POST", SESSION, content)
    browser.csrf = answer.json.get("csrf", "")
    return browser, answer


def test_temporary_keys_sign_their_holder_in_and_the_session_ends_with_them(server):
    name = a_name()
    keys = temporary(server, a_user(server, name, "viewer"), DurationSeconds=900)
    browser, answer = sign_in_with(server, *keys)
    assert (answer.status, answer.json["name"], answer.json["isRoot"]) == (200, name, False)
    seconds = int(re.search(r"Max-Age=(\d+)", answer.headers["set-cookie"])[1])
    assert 890 <= seconds <= 900
    assert browser.call("rekognition", "DescribeProjects").status == 200
    assert browser.call("rekognition", "CreateProject", ProjectName=name).code == "AccessDeniedException"
    (session,) = browser.ask("GET", "/console/api/sessions").json["sessions"]
    assert session["accessKeyId"] == keys[0]


def test_a_role_signs_in_with_its_own_rights_and_sees_nobody_elses_sessions(server):
    name = a_name()
    server.vedette("role", "create", name, "--policy", "viewer", "--trust", HOME)
    sts = server.client("sts", key=a_user(server, a_name(), "administrator"))
    assumed = sts.assume_role(RoleArn=f"arn:aws:iam::{HOME}:role/{name}", RoleSessionName="visit")
    credentials = assumed["Credentials"]
    keys = [credentials[part] for part in ("AccessKeyId", "SecretAccessKey", "SessionToken")]
    owner = signed_in(server)
    browser, answer = sign_in_with(server, *keys)
    assert answer.json["arn"] == f"arn:aws:sts::{HOME}:assumed-role/{name}/visit"
    assert answer.json["isRoot"] is False
    assert len(browser.ask("GET", "/console/api/sessions").json["sessions"]) == 1
    own = next(row for row in owner.ask("GET", "/console/api/sessions").json["sessions"] if row["isCurrent"])
    assert browser.ask("DELETE", f"/console/api/sessions/{own['id']}").status == 404
    assert owner.ask("GET", SESSION).status == 200
    assert browser.call("rekognition", "CreateProject", ProjectName=name).code == "AccessDeniedException"
    server.vedette("role", "delete", name)
    time.sleep(1)
    assert browser.ask("GET", SESSION).status == 401


def test_disabling_the_key_that_temporary_keys_began_with_ends_their_session(server):
    user = a_user(server, a_name(), "viewer")
    keys = temporary(server, user)
    browser, answer = sign_in_with(server, *keys)
    assert answer.status == 200
    with directory_beside(server) as identity:
        identity.directory.enable_key(user[0], enabled=False)
    assert browser.ask("GET", SESSION).status == 401
    assert sign_in_with(server, *keys)[1].code == "SignInFailed"


def test_temporary_keys_that_are_not_whole_sign_nobody_in(server):
    key_id, secret, token = temporary(server)
    other = temporary(server)
    for proof, status, code in (
        ((key_id, secret), 400, "BadRequest"),
        ((key_id, "wrong", token), 401, "SignInFailed"),
        ((other[0], secret, token), 401, "SignInFailed"),
        ((key_id, secret, other[2]), 401, "SignInFailed"),
        ((key_id, secret, "x" * 9000), 401, "SignInFailed"),
        ((*server.key, token), 401, "SignInFailed"),
    ):
        answer = sign_in_with(server, *proof)[1]
        assert (answer.status, answer.code) == (status, code)
        assert answer.headers["set-cookie"] is None
    assert sign_in_with(server, f" {key_id}", f"{secret}\n", f" {token} ")[1].status == 200


def test_expired_keys_are_refused_in_a_sentence_and_end_their_session(house, clock):
    console, root = house.identity.console, house.identity.directory.create_key(HERE, None)
    holder, _ = house.identity.find_key(root.id, "", clock())
    session, token = house.identity.sessions.for_holder(holder, timedelta(minutes=15))
    proof = TemporaryProof(session.key_id, session.secret, token)
    cookie, started = console.sign_in_temporarily(proof, Browser(), LENGTH)
    assert started.expires == session.expires
    clock.move(minutes=14)
    assert console.find(cookie, LENGTH)
    clock.move(minutes=1)
    assert console.find(cookie, LENGTH) is None
    with pytest.raises(Denied, match="These temporary keys have expired; ask for new ones"):
        console.sign_in_temporarily(proof, Browser(), LENGTH)
