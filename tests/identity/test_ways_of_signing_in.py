"""Sessions end with the way in which they began, once nobody offers it."""

import pytest

from vedette.identity.company_people import ways_of
from vedette.identity.console_session import Browser, SessionLength
from vedette.identity.factors import FactorOwner
from vedette.identity.identity import Identity
from vedette.identity.oidc import CompanyPerson
from vedette.identity.seal import Seal

ACCOUNT, LENGTH, BROWSER = "111122223333", SessionLength(), Browser()
OURS, THEIRS = "https://id.example", "https://other.example"


@pytest.fixture
def identity(database):
    identity = Identity(database, Seal(bytes(32)))
    identity.directory.create_account(ACCOUNT)
    identity.directory.groups.create(ACCOUNT, "vision")
    return identity


@pytest.fixture
def tokens(identity):
    """Sessions by a link, a passkey, and two companies."""
    tokens = {"link": identity.console.open_link(identity.console.create_link(ACCOUNT), BROWSER, LENGTH)[0]}
    tokens["passkey"] = identity.console.begin_passkey(FactorOwner(ACCOUNT, None), BROWSER, LENGTH)[0]
    for issuer in (OURS, THEIRS):
        person = CompanyPerson(issuer, "007", f"kim@{issuer[8:]}", frozenset({"vision"}), False)
        name = identity.company.enter(ACCOUNT, person, {"vision"})
        tokens[issuer] = identity.console.begin_company(ACCOUNT, name, BROWSER, LENGTH, verified=False)[0]
    return tokens


def standing(identity, tokens):
    return {way for way, token in tokens.items() if identity.console.find(token, LENGTH) is not None}


@pytest.mark.parametrize(
    ("ways", "ended"),
    [
        (ways_of(OURS, is_local=True), {THEIRS}),
        (ways_of("", is_local=True), {OURS, THEIRS}),
        (ways_of(THEIRS, is_local=False), {OURS, "passkey"}),
        ((*ways_of(THEIRS, is_local=False), *ways_of(OURS, is_local=True)), set()),
        ((), {OURS, THEIRS, "passkey"}),
    ],
)
def test_sessions_of_a_way_that_nobody_offers_end(identity, tokens, ways, ended):
    identity.company.end_sessions(ways)
    assert set(tokens) - standing(identity, tokens) == ended


def test_a_session_says_which_company_vouched_for_its_person(identity, tokens):
    issuers = {way: identity.console.find(token, LENGTH)[1].issuer for way, token in tokens.items()}
    assert issuers == {"link": "", "passkey": "", OURS: OURS, THEIRS: THEIRS}
