"""Second factors at the console's routes: added, asked for, lost and required."""

import json
import uuid

import cv2
import numpy as np
import pytest

from doubles.console import HOME, ConsoleBrowser, a_user, directory_beside, signed_in
from doubles.factors import app_code
from vedette.api.console.factors import qr_rows
from vedette.clock import system_clock
from vedette.identity import totp
from vedette.settings import Settings

SESSION, FACTORS = "/console/api/session", "/console/api/factors"


def a_name():
    return f"f-{uuid.uuid4().hex[:8]}"


def next_code(secret):
    """Return a code that was not used: of half a minute from now, which counts already."""
    return app_code(secret, system_clock(), late_s=30)


def add(browser, code=""):
    """Add an app to whoever is signed in, and return its secret and the recovery codes."""
    made = browser.ask("POST", FACTORS, {"name": "phone", "code": code})
    assert made.status == 200, made.body
    shown = browser.ask(
        "PUT", FACTORS, {"id": made.json["id"], "code": app_code(made.json["secret"], system_clock())}
    )
    assert shown.status == 200, shown.body
    return made.json["secret"], shown.json["recoveryCodes"]


def proof(key, **more):
    return {"accessKeyId": key[0], "secretAccessKey": key[1], **more}


@pytest.fixture
def kim(server):
    """A user's key, and a browser in which the user is signed in."""
    key = a_user(server, a_name(), "viewer")
    return key, signed_in(server, key)


def test_a_code_is_asked_for_once_there_is_a_factor(server, kim):
    key, browser = kim
    secret, codes = add(browser)
    assert len(codes) == 10
    other = ConsoleBrowser(server)
    assert other.ask("POST", SESSION, proof(key)).code == "SecondFactorNeeded"
    assert other.ask("POST", SESSION, proof(key, code="000000x")).code == "WrongCode"
    code = next_code(secret)
    answer = other.ask("POST", SESSION, proof(key, code=code))
    assert (answer.status, answer.json["lacksFactor"]) == (200, False)
    assert ConsoleBrowser(server).ask("POST", SESSION, proof(key, code=code)).code == "WrongCode"
    assert ConsoleBrowser(server).ask("POST", SESSION, proof(key, code=codes[4])).status == 200


def test_the_picture_of_a_secret_reads_as_the_secret(kim):
    # A fixed secret: OpenCV's reader finds not every code that phones find.
    address = totp.address_of(b"12345678901234567890", issuer="Vedette", person="kim@000000000000")
    rows = np.array([[255 * (cell == "0") for cell in row] for row in qr_rows(address)], dtype=np.uint8)
    picture = np.pad(rows.repeat(8, 0).repeat(8, 1), 32, constant_values=255)
    assert cv2.QRCodeDetector().detectAndDecode(picture)[0] == address
    made = kim[1].ask("POST", FACTORS, {"name": "phone"}).json
    assert {len(row) for row in made["qr"]} == {len(made["qr"])}


def test_a_stolen_session_adds_and_removes_nothing_without_a_code(kim):
    _, browser = kim
    secret, codes = add(browser)
    (factor,) = browser.ask("GET", FACTORS).json["factors"]
    assert browser.ask("POST", FACTORS, {"name": "mine"}).code == "SecondFactorNeeded"
    assert browser.ask("DELETE", FACTORS, {"id": factor["id"]}).code == "SecondFactorNeeded"
    assert browser.ask("DELETE", FACTORS, {"id": factor["id"], "code": "wrong"}).code == "WrongCode"
    assert browser.ask("POST", "/console/api/recovery-codes", {}).code == "SecondFactorNeeded"
    renewed = browser.ask("POST", "/console/api/recovery-codes", {"code": codes[0]})
    assert renewed.status == 200
    assert browser.ask("DELETE", FACTORS, {"id": factor["id"], "code": next_code(secret)}).status == 204
    assert browser.ask("GET", FACTORS).json["factors"] == []


def test_a_change_of_factors_needs_the_sessions_token(kim):
    _, browser = kim
    browser.csrf = ""
    assert browser.ask("POST", FACTORS, {"name": "phone"}).code == "BadCsrfToken"
    assert ConsoleBrowser(browser.server).ask("GET", FACTORS).status == 401


def test_the_operators_link_is_the_way_back_for_who_lost_the_phone(server):
    name = a_name()
    key = a_user(server, name, "viewer")
    add(signed_in(server, key))
    with directory_beside(server) as identity:
        link = identity.console.create_link(HOME, name)
    browser = ConsoleBrowser(server)
    assert browser.sign_in(link=link).json["way"] == "link"
    (factor,) = browser.ask("GET", FACTORS).json["factors"]
    assert browser.ask("DELETE", FACTORS, {"id": factor["id"]}).status == 204
    assert ConsoleBrowser(server).ask("POST", SESSION, proof(key)).status == 200


def test_another_persons_factor_is_not_there(server, kim):
    _, browser = kim
    add(browser)
    (factor,) = browser.ask("GET", FACTORS).json["factors"]
    other = signed_in(server, a_user(server, a_name(), "administrator"))
    assert other.ask("DELETE", FACTORS, {"id": factor["id"]}).status == 404
    assert other.ask("PUT", FACTORS, {"id": factor["id"], "code": "123456"}).status == 404
    assert len(browser.ask("GET", FACTORS).json["factors"]) == 1


@pytest.mark.parametrize("content", [{"name": 1}, {"name": "x" * 65}, {"name": "a\nb"}, {"code": []}])
def test_nonsense_is_a_bad_request(kim, content):
    assert kim[1].ask("POST", FACTORS, content).status == 400


def test_an_account_that_requires_a_factor_lets_nobody_work_without(server):
    account = "".join(str(uuid.uuid4().int % 10) for _ in range(12))
    with directory_beside(server) as identity:
        identity.directory.create_account(account)
        identity.directory.create_user(account, "kim", ["administrator"])
        key = identity.directory.create_key(account, "kim")
        before = signed_in(server, (key.id, key.secret))
        identity.directory.require_factor(account, is_required=True)
    assert before.call("rekognition", "DescribeProjects").code == "SecondFactorRequired"
    assert before.ask("GET", "/console/api/sessions").code == "SecondFactorRequired"
    assert before.ask("GET", SESSION).json["lacksFactor"] is True
    secret, _ = add(before)
    assert before.call("rekognition", "DescribeProjects").status == 200
    assert before.ask("GET", SESSION).json["lacksFactor"] is False
    other = ConsoleBrowser(server)
    other.csrf = other.ask("POST", SESSION, proof((key.id, key.secret), code=next_code(secret))).json["csrf"]
    assert other.call("rekognition", "DescribeProjects").status == 200


def test_the_setting_knows_two_words():
    assert Settings(second_factor="required").second_factor == "required"
    with pytest.raises(ValueError, match="second_factor"):
        Settings(second_factor="sometimes")


def test_sign_ins_and_factors_are_on_record_as_cloudtrail_tells_them(server, kim):
    key, browser = kim
    secret, _ = add(browser)
    other = ConsoleBrowser(server)
    other.ask("POST", SESSION, proof(key))
    other.ask("POST", SESSION, proof(key, code="wrong"))
    other.ask("POST", SESSION, proof(key, code=next_code(secret)))
    other.ask("POST", SESSION, proof(("AKIAUNKNOWN", "x" * 40)))
    who = browser.ask("GET", SESSION).json["name"]
    wanted = [{"AttributeKey": "Username", "AttributeValue": who}]
    events = server.client("cloudtrail").lookup_events(LookupAttributes=wanted)["Events"][::-1]
    records = [json.loads(event["CloudTrailEvent"]) for event in events]
    assert [record["eventName"] for record in records] == [
        "ConsoleLogin", "CreateVirtualMFADevice", "EnableMFADevice", *["ConsoleLogin"] * 3
    ]  # fmt: skip
    sign_ins = [record for record in records if record["eventName"] == "ConsoleLogin"]
    assert [record["responseElements"]["ConsoleLogin"] for record in sign_ins] == [
        "Success", "Failure", "Failure", "Success"
    ]  # fmt: skip
    assert [record.get("errorCode") for record in sign_ins] == [None, "SecondFactorNeeded", "WrongCode", None]
    assert [record["additionalEventData"]["MFAUsed"] for record in sign_ins] == ["No", "No", "No", "Yes"]
    assert {record["eventType"] for record in sign_ins} == {"AwsConsoleSignIn"}
    assert secret not in str(records)
    assert key[1] not in str(records)
