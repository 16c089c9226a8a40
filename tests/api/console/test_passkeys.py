"""Passkeys at the console's routes: added, shown beside a key and instead of one, and what is refused."""

import dataclasses
import json
import uuid
from urllib.parse import urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from doubles.console import HOME, ConsoleBrowser, a_user, directory_beside
from doubles.factors import app_code
from doubles.passkeys import VERIFIED, Authenticator, bytes_of, text_of
from vedette.clock import system_clock

API = "/console/api/"
SESSION, FACTORS, OPTIONS = f"{API}session", f"{API}factors", f"{API}passkey-options"
SIGN_IN = f"{API}sign-in-options"


class NamedBrowser(ConsoleBrowser):
    """A browser that came by the name `localhost`, which passkeys need."""

    @property
    def origin(self):
        return f"http://localhost:{urlsplit(self.server.address).port}"

    def ask(self, method, path, content=None, **more):
        named = {"Host": self.origin.removeprefix("http://")}
        named |= {} if method == "GET" else {"Origin": self.origin}
        headers = named | (more.pop("headers", None) or {})
        return super().ask(method, path, content, headers=headers, **more)


def a_person(server):
    name = f"p-{uuid.uuid4().hex[:8]}"
    return name, a_user(server, name, "viewer")


def proof(key, **more):
    return {"accessKeyId": key[0], "secretAccessKey": key[1], **more}


def add(browser, made=None, *, name="laptop", **shown):
    made = made or Authenticator(browser.origin)
    asked = browser.ask("POST", OPTIONS, shown)
    assert asked.status == 200, asked.body
    answer = browser.ask("POST", f"{API}passkeys", {"name": name, **made.create(asked.json)})
    return made, answer


def sign_in(browser, made, key=None, options=None):
    options = options or browser.ask("POST", SIGN_IN).json
    content = proof(key) if key else {}
    answer = browser.ask("POST", SESSION, {**content, "passkey": made.show(options)})
    browser.csrf = answer.json.get("csrf", "")
    return answer


@pytest.fixture
def kim(server):
    """A user's name and key, a browser in which the user is signed in, and a passkey that was added there."""
    name, key = a_person(server)
    browser = NamedBrowser(server)
    browser.sign_in(key)
    made, answer = add(browser)
    assert answer.status == 200, answer.body
    return name, key, browser, made


def test_a_passkey_signs_in_alone_and_beside_a_key(server, kim):
    name, key, _, made = kim
    alone = NamedBrowser(server)
    answer = sign_in(alone, made)
    assert (answer.status, answer.json["name"], answer.json["way"]) == (200, name, "passkey")
    assert NamedBrowser(server).ask("POST", SESSION, proof(key)).code == "SecondFactorNeeded"
    beside = NamedBrowser(server)
    assert sign_in(beside, made, key).status == 200
    (factor,) = alone.ask("GET", FACTORS).json["factors"]
    assert (factor["kind"], factor["name"], factor["used"] is not None) == ("passkey", "laptop", True)
    own = [row for row in alone.ask("GET", f"{API}sessions").json["sessions"] if row["isCurrent"]]
    assert (own[0]["way"], own[0]["verified"]) == ("passkey", True)


def test_the_first_passkey_comes_with_recovery_codes_which_sign_in(server, kim):
    _, key, browser, _ = kim
    assert browser.ask("GET", FACTORS).json["recoveryCodes"] == 10
    _, other = a_person(server)
    fresh = NamedBrowser(server)
    fresh.sign_in(other)
    codes = add(fresh)[1].json["recoveryCodes"]
    assert NamedBrowser(server).ask("POST", SESSION, proof(other, code=codes[3])).status == 200
    assert NamedBrowser(server).ask("POST", SESSION, proof(key, code=codes[4])).code == "WrongCode"


def test_several_passkeys_are_named_and_removed_by_showing_one(server, kim):
    _, key, browser, made = kim
    assert browser.ask("POST", OPTIONS, {}).code == "SecondFactorNeeded"
    options = browser.ask("GET", OPTIONS).json
    assert [bytes_of(one["id"]) for one in options["allowCredentials"]] == [made.id]
    second, answer = add(browser, name="key in the drawer", passkey=made.show(options))
    assert (answer.status, answer.json["recoveryCodes"]) == (200, [])
    names = [factor["name"] for factor in browser.ask("GET", FACTORS).json["factors"]]
    assert names == ["laptop", "key in the drawer"]
    first = browser.ask("GET", FACTORS).json["factors"][0]["id"]
    shown = second.show(browser.ask("GET", OPTIONS).json)
    assert browser.ask("DELETE", FACTORS, {"id": first, "passkey": shown}).status == 204
    assert sign_in(NamedBrowser(server), made).code == "PasskeyRefused"
    assert sign_in(NamedBrowser(server), second).status == 200
    assert sign_in(NamedBrowser(server), second, key).status == 200


def test_what_a_passkey_began_ends_with_it_but_for_the_window_that_removed_it(server, kim):
    name, _, browser, made = kim
    lost, link = NamedBrowser(server), NamedBrowser(server)
    assert sign_in(lost, made).json["name"] == name
    with directory_beside(server) as identity:
        link.sign_in(link=identity.console.create_link(HOME, name))
    own = NamedBrowser(server)
    sign_in(own, made)
    (factor,) = own.ask("GET", FACTORS).json["factors"]
    shown = made.show(own.ask("GET", OPTIONS).json)
    assert own.ask("DELETE", FACTORS, {"id": factor["id"], "passkey": shown}).status == 204
    windows = (lost, link, own, browser)
    assert [window.ask("GET", SESSION).status for window in windows] == [401, 200, 200, 200]


def test_whoever_takes_all_factors_from_somebody_ends_what_passkeys_began(server, kim):
    name, _, _, made = kim
    lost = NamedBrowser(server)
    sign_in(lost, made)
    others, theirs = a_person(server)[1], NamedBrowser(server)
    theirs.sign_in(others)
    sign_in(theirs, add(theirs)[0])
    server.vedette("factor", "remove", "--user", name)
    assert [window.ask("GET", SESSION).status for window in (lost, theirs)] == [401, 200]


def test_a_passkey_beside_an_app_asks_for_the_app_first(server):
    _, key = a_person(server)
    browser = NamedBrowser(server)
    browser.sign_in(key)
    app = browser.ask("POST", FACTORS, {"name": "phone"}).json
    code = app_code(app["secret"], system_clock())
    # Asked for while there was no factor; it is of no use once there is one.
    early = browser.ask("POST", OPTIONS, {}).json
    codes = browser.ask("PUT", FACTORS, {"id": app["id"], "code": code}).json["recoveryCodes"]
    late = browser.ask("POST", f"{API}passkeys", {"name": "x", **Authenticator(browser.origin).create(early)})
    assert late.code == "PasskeyRefused"
    assert add(browser, code=codes[0])[1].status == 200


def test_another_persons_passkey_is_no_second_factor_of_mine(server, kim):
    _, _, _, made = kim
    _, other = a_person(server)
    browser = NamedBrowser(server)
    browser.sign_in(other)
    add(browser)
    assert sign_in(NamedBrowser(server), made, other).code == "PasskeyRefused"
    renamed = dataclasses.replace(made, handle=b"somebody else's")
    assert sign_in(NamedBrowser(server), renamed).code == "PasskeyRefused"


WRONG = {
    "a page of another site": {"origin": "https://evil.example"},
    "another port of this host": {"origin": "http://localhost:1"},
    "a page without TLS": {"origin": "http://vision.example"},
    "the hash of another name": {"party": "evil.example"},
    "an owner who was not verified": {"flags": 1},
    "an owner who was not there": {"flags": VERIFIED},
    "a registration in place of an answer": {"kind": "webauthn.create"},
    "another key": {"key": ec.generate_private_key(ec.SECP256R1())},
    "a passkey that nobody registered": {"id": b"nobody's"},
}


@pytest.mark.parametrize("wrong", list(WRONG))
def test_what_is_wrong_with_an_answer_is_found(server, kim, wrong):
    _, key, _, made = kim
    odd = dataclasses.replace(made, **WRONG[wrong])
    assert sign_in(NamedBrowser(server), odd).code == "PasskeyRefused"
    assert sign_in(NamedBrowser(server), odd, key).code == "PasskeyRefused"
    fresh = NamedBrowser(server)
    assert sign_in(fresh, dataclasses.replace(made, count=made.count + 5)).status == 200


def test_an_answer_counts_once_and_in_the_browser_that_was_asked(server, kim):
    _, _, _, made = kim
    made.counts = False
    made.count = 9
    browser, other = NamedBrowser(server), NamedBrowser(server)
    options = browser.ask("POST", SIGN_IN).json
    shown = {"passkey": made.show(options)}
    other.ask("POST", SIGN_IN)
    assert other.ask("POST", SESSION, shown).code == "PasskeyRefused", "asked in another browser"
    assert NamedBrowser(server).ask("POST", SESSION, shown).code == "PasskeyRefused", "asked in none"
    assert browser.ask("POST", SESSION, shown).status == 200
    assert browser.ask("POST", SESSION, shown).code == "PasskeyRefused", "replayed"


def test_a_synced_passkey_that_never_counts_signs_in_again_and_again(server):
    _, key = a_person(server)
    browser = NamedBrowser(server)
    browser.sign_in(key)
    made, answer = add(browser, Authenticator(browser.origin, counts=False))
    assert answer.status == 200
    assert [sign_in(NamedBrowser(server), made).status for _ in range(2)] == [200, 200]


def test_a_copy_that_counts_back_is_refused(server, kim):
    _, _, _, made = kim
    copy = dataclasses.replace(made)
    assert sign_in(NamedBrowser(server), made).status == 200
    assert sign_in(NamedBrowser(server), copy).code == "PasskeyRefused"
    assert sign_in(NamedBrowser(server), made).status == 200


def test_challenges_of_one_purpose_serve_no_other(server, kim):
    _, _, browser, made = kim
    for_sign_in = browser.ask("POST", SIGN_IN).json
    (factor,) = browser.ask("GET", FACTORS).json["factors"]
    removal = {"id": factor["id"], "passkey": made.show(for_sign_in)}
    assert browser.ask("DELETE", FACTORS, removal).code == "PasskeyRefused"
    for_change = browser.ask("GET", OPTIONS).json
    assert sign_in(NamedBrowser(server), made, options=for_change).code == "PasskeyRefused"
    made_up = for_sign_in | {"challenge": text_of(b"x" * 56)}
    assert sign_in(NamedBrowser(server), made, options=made_up).code == "PasskeyRefused"


def test_a_session_shows_no_passkey_that_another_session_was_asked_for(server, kim):
    _, key, browser, made = kim
    other = NamedBrowser(server)
    sign_in(other, made, key)
    asked = other.ask("GET", OPTIONS).json
    (factor,) = browser.ask("GET", FACTORS).json["factors"]
    removal = {"id": factor["id"], "passkey": made.show(asked)}
    assert browser.ask("DELETE", FACTORS, removal).code == "PasskeyRefused"


def test_the_same_passkey_is_registered_once(server, kim):
    _, _, _, made = kim
    _, other = a_person(server)
    browser = NamedBrowser(server)
    browser.sign_in(other)
    assert add(browser, made)[1].status == 409
    assert browser.ask("GET", FACTORS).json["factors"] == []


def _public(key):
    return text_of(key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


BAD_KEYS = {
    "nonsense": text_of(b"nonsense"),
    "a short one": _public(rsa.generate_private_key(65537, 1024)),
    "another curve": _public(ec.generate_private_key(ec.SECP384R1())),
}


@pytest.mark.parametrize(
    "change", [*({"publicKey": key} for key in BAD_KEYS.values()), {"client": 1}, {"credential": "*"}]
)
def test_a_registration_that_cannot_be_read_is_a_bad_request(server, change):
    _, key = a_person(server)
    browser = NamedBrowser(server)
    browser.sign_in(key)
    options = browser.ask("POST", OPTIONS, {}).json
    created = Authenticator(browser.origin).create(options) | change
    assert browser.ask("POST", f"{API}passkeys", {"name": "x", **created}).code == "BadRequest"


@pytest.mark.parametrize(
    "wrong",
    [{"origin": "https://evil.example"}, {"party": "evil.example"}, {"flags": 1}, {"kind": "webauthn.get"}],
)
def test_what_is_wrong_with_a_registration_is_found(server, wrong):
    _, key = a_person(server)
    browser = NamedBrowser(server)
    browser.sign_in(key)
    odd = dataclasses.replace(Authenticator(browser.origin), **wrong)
    assert add(browser, odd)[1].code == "PasskeyRefused"
    assert browser.ask("GET", FACTORS).json["factors"] == []


def test_a_forged_host_gets_no_question(server):
    browser = NamedBrowser(server)
    evil = {"Host": "evil.example", "Origin": "http://evil.example"}
    assert browser.ask("POST", SIGN_IN, headers=evil).status == 421
    assert browser.ask("GET", f"{API}ways").json["passkeys"] is True
    plain = ConsoleBrowser(server)
    assert plain.ask("POST", SIGN_IN).code == "BadRequest", "an address has no name"
    assert plain.ask("GET", f"{API}ways").json["passkeys"] is False


@pytest.mark.parametrize("shown", [1, [], {}, {"credential": 1}, {"credential": "a" * 70_000}])
def test_nonsense_in_place_of_a_passkey_is_a_bad_request(server, shown):
    browser = NamedBrowser(server)
    browser.ask("POST", SIGN_IN)
    assert browser.ask("POST", SESSION, {"passkey": shown}).status in (400, 401, 413)


def test_the_operator_removes_what_somebody_has_lost(server, kim):
    name, key, _, made = kim
    assert "passkey" in server.vedette("factor", "list", "--user", name)
    assert "1 removed" in server.vedette("factor", "remove", "--user", name)
    assert sign_in(NamedBrowser(server), made).code == "PasskeyRefused"
    assert NamedBrowser(server).ask("POST", SESSION, proof(key)).status == 200


def test_a_passkey_goes_with_its_user(server, kim):
    name, _, _, made = kim
    alone = NamedBrowser(server)
    assert sign_in(alone, made).status == 200
    with directory_beside(server) as identity:
        identity.directory.delete_user(HOME, name)
    assert alone.ask("GET", SESSION).status == 401
    assert sign_in(NamedBrowser(server), made).code == "PasskeyRefused"


def test_keys_of_the_other_kinds_sign_in(server):
    from vedette.identity.webauthn import read_key

    for key in (rsa.generate_private_key(65537, 2048), ed25519.Ed25519PrivateKey.generate()):
        public = key.public_key()
        assert read_key(bytes_of(_public(key))) == public


def test_what_was_given_out_is_no_secret_of_the_server(server):
    options = NamedBrowser(server).ask("POST", SIGN_IN).json
    assert json.dumps(options).count("localhost") == 1
    assert options["allowCredentials"] == [], "it tells nobody whose passkeys there are"
