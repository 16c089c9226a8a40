"""What a company's provider must prove, and every way in which its tokens may lie."""

import base64
import hashlib
import json
import time

import jwt
import pytest
from cryptography.hazmat.primitives import serialization

from doubles.identity_provider import CLIENT, running_provider
from vedette.errors import Denied, Wrong
from vedette.identity.oidc import ANEW_S, Provider, ProviderPlan, SignInFlow, is_safe, read_groups

FLOW = SignInFlow("state", "the nonce", "v" * 43, "http://127.0.0.1/console/api/company-end")
GROUPS = {"Vision Team": "trainers", "Admins": "admins"}


@pytest.fixture(scope="module")
def company():
    with running_provider() as company:
        yield company


@pytest.fixture
def provider(company):
    company.lies, company.is_away = {}, False
    company.claims = {"sub": "007", "email": "kim@example.com", "groups": ["Vision Team", "Other"]}
    return Provider(plan(company))


def plan(company, **more):
    return ProviderPlan(company.issuer, CLIENT, company.secret, groups=GROUPS, **more)


def test_the_whole_flow_names_the_person_and_the_groups(company, provider):
    back = company.authorize(provider.address(FLOW))
    assert back["state"] == "state"
    person = provider.finish(back["code"], FLOW)
    assert (person.subject, person.name, person.groups) == ("007", "kim@example.com", {"trainers"})
    assert person.issuer == company.issuer
    with pytest.raises(Denied, match="does not know"):
        provider.finish(back["code"], FLOW)


def test_a_code_is_worth_nothing_with_another_verifier_or_secret(company, provider):
    back = company.authorize(provider.address(FLOW))
    other = SignInFlow("state", "the nonce", "w" * 43, FLOW.redirect)
    with pytest.raises(Denied):
        provider.finish(back["code"], other)
    back = company.authorize(provider.address(FLOW))
    stranger = Provider(ProviderPlan(company.issuer, CLIENT, "guessed"))
    with pytest.raises(Denied):
        stranger.finish(back["code"], FLOW)


@pytest.mark.parametrize(
    "lies",
    [
        {"iss": "https://evil.example"},
        {"aud": "another program"},
        {"aud": [CLIENT, "another program"]},
        {"aud": [CLIENT, "another program"], "azp": "another program"},
        {"azp": "another program"},
        {"exp": 1_000_000_000},
        {"iat": 4_000_000_000},
        {"nonce": "of another sign-in"},
        {"nonce": None},
        {"sub": None},
        {"exp": None},
        {"aud": None},
        {"exp": "soon"},
    ],
    ids=str,
)
def test_a_token_that_lies_proves_nothing(company, provider, lies):
    company.lies = lies
    with pytest.raises(Denied):
        provider.claims(company.token("the nonce"), "the nonce")


@pytest.mark.parametrize(("late", "stands"), [(50, True), (70, False)])
def test_clocks_may_differ_by_a_minute(company, provider, late, stands):
    company.lies = {"exp": int(time.time()) - late, "iat": int(time.time()) - 600}
    if stands:
        assert provider.claims(company.token("the nonce"), "the nonce")["sub"] == "007"
    else:
        with pytest.raises(Denied, match="expired"):
            provider.claims(company.token("the nonce"), "the nonce")


def test_no_algorithm_and_the_public_key_as_a_secret_sign_nothing(company, provider):
    claims = jwt.decode(company.token("the nonce"), options={"verify_signature": False})
    unsigned = jwt.encode(claims, None, "none", {"kid": company.kid})
    public = company.key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    head, body = (
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
        for part in ({"alg": "HS256", "kid": company.kid}, claims)
    )
    import hmac

    mac = hmac.digest(public, f"{head}.{body}".encode(), hashlib.sha256)
    forged = f"{head}.{body}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"
    for token in (unsigned, forged, "", "a.b.c", "x" * 5000):
        with pytest.raises(Denied):
            provider.claims(token, "the nonce")


def test_a_token_of_a_strangers_key_under_a_known_name_proves_nothing(company, provider):
    with running_provider() as stranger:
        stranger.issuer, stranger.kid = company.issuer, company.kid
        with pytest.raises(Denied):
            provider.claims(stranger.token("the nonce"), "the nonce")


def test_keys_rotate_and_unknown_ones_ask_the_provider_once_a_minute(company):
    moment = [0.0]
    provider = Provider(plan(company), ticks=lambda: moment[0])
    provider.claims(company.token("n"), "n")
    before = company.asked.count("/keys")
    company.rotate()
    with pytest.raises(Denied, match="No key"):
        provider.claims(company.token("n"), "n")
    moment[0] += ANEW_S + 1
    assert provider.claims(company.token("n"), "n")["sub"]
    for _ in range(50):
        with pytest.raises(Denied):
            provider.claims(company.token("n", kid="made up"), "n")
    assert company.asked.count("/keys") == before + 1


@pytest.mark.parametrize(
    ("claim", "groups"),
    [
        (["Admins", "Vision Team"], {"admins", "trainers"}),
        ("Admins", {"admins"}),
        (None, set()),
        ({"Admins": True}, set()),
        ([["Admins"], 7, None, {"a": "Admins"}], set()),
        (["admins", "ADMINS", " Admins", "trainers"], set()),
        (["x"] * 100_000, set()),
        (7, set()),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_groups_claim_gives_what_the_mapping_names_and_nonsense_nothing(company, provider, claim, groups):
    company.claims["groups"] = claim
    back = company.authorize(provider.address(FLOW))
    assert provider.finish(back["code"], FLOW).groups == groups


def test_a_provider_that_is_away_or_another_is_a_sentence(company, provider):
    company.is_away = True
    with pytest.raises(Wrong, match="503"):
        provider.metadata()
    company.is_away = False
    with pytest.raises(Wrong, match="issuer"):
        Provider(ProviderPlan(company.issuer + "/", CLIENT)).metadata()
    with pytest.raises(Wrong, match="cannot be asked"):
        Provider(ProviderPlan("http://127.0.0.1:1", CLIENT)).metadata()


def test_an_issuer_that_is_written_otherwise_is_told_with_both(company, provider):
    wanted = f"not the issuer {company.issuer}/: it calls itself {company.issuer}. "
    with pytest.raises(Wrong) as refusal:
        Provider(ProviderPlan(company.issuer + "/", CLIENT)).metadata()
    assert wanted in refusal.value.sentence


@pytest.mark.parametrize(
    ("verified", "name"),
    [(False, "kim.lee"), ("false", "kim.lee"), (True, "boss@a.example"), (None, "boss@a.example")],
)
def test_an_address_that_nobody_verified_names_nobody(company, provider, verified, name):
    company.claims |= {"email": "boss@a.example", "preferred_username": "kim.lee"}
    company.lies = {"email_verified": verified}
    assert finish(company, provider).name == name


@pytest.mark.parametrize(
    ("claim", "listed"),
    [
        (None, None),
        ({"a": 1}, None),
        ([], ()),
        (["Sales", 7, "x" * 100], ("Sales", "x" * 64)),
        (["y"] * 1000, ("y",) * 20),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_the_provider_lists_is_kept_short_for_the_operator(company, provider, claim, listed):
    company.claims["groups"] = claim
    assert finish(company, provider).listed == listed


def finish(company, provider):
    return provider.finish(company.authorize(provider.address(FLOW))["code"], FLOW)


def test_a_provider_leads_to_https_alone():
    def fetch(*_):
        endpoints = {"authorization_endpoint": "https://a.example/x", "token_endpoint": "http://10.0.0.1/x"}
        return {"issuer": "https://a.example", **endpoints, "jwks_uri": "https://a.example/k"}

    with pytest.raises(Wrong, match="token_endpoint"):
        Provider(ProviderPlan("https://a.example", CLIENT), fetch).metadata()
    assert all(map(is_safe, ("https://a", "http://localhost:1", "http://[::1]:80/x")))
    assert not any(map(is_safe, ("http://a", "ftp://a", "", "https://", "https://[", "//a")))


def test_groups_are_read_as_pairs():
    assert read_groups("cn=Vision,dc=x=trainers") == {"dc=x": "trainers", "cn": "Vision"}
    assert read_groups(" Vision Team = trainers , Admins=admins,") == GROUPS
    for text in ("Admins", "=x", "x="):
        with pytest.raises(ValueError, match="THEIR-GROUP"):
            read_groups(text)


def test_the_doctor_asks_the_provider_and_for_the_groups(company, provider, tmp_path):
    from vedette.cli.doctor import _company
    from vedette.server.installation import open_installation
    from vedette.settings import Settings

    def verdict(**more):
        facts = {"sso_issuer": company.issuer, "sso_client_id": CLIENT, "sso_groups": "Admins=admins"}
        facts = {"data": tmp_path / "none", **facts, **more}
        return [(diagnosis.verdict, diagnosis.sentence) for diagnosis in _company(Settings(**facts))]

    assert verdict() == [("good", f"people of {company.issuer}, by 1 groups")]
    with open_installation(Settings(data=tmp_path), makes=True) as installation:
        assert "not here: admins (`vedette group create`)" in verdict(data=tmp_path)[0][1]
        installation.identity.directory.groups.create(installation.settings.account, "admins")
    assert verdict(data=tmp_path)[0][0] == "good"
    assert verdict(sso_issuer="") == []
    assert "nor a company" in verdict(sso_issuer="", local_sign_in=False)[0][1]
    assert "VEDETTE_SSO_GROUPS" in verdict(sso_groups="")[0][1]
    company.is_away = True
    assert verdict() == [("bad", "The provider answered with the status 503.")]
