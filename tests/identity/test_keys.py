import json
import stat
from datetime import timedelta

import pytest

from doubles.houses import ELSEWHERE, HERE
from vedette.errors import Denied, Missing, Taken, TooMuch, Wrong
from vedette.identity.identity import CACHE_S, Identity, KeyFault
from vedette.identity.seal import BadSeal, Seal, make_key, open_seal
from vedette.identity.sessions import RoleRequest


class Ticks:
    """A monotonic clock that a test moves."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def ticks():
    return Ticks()


@pytest.fixture
def identity(database, clock, ticks):
    found = Identity(database, Seal(bytes(32)), clock, ticks)
    found.directory.create_account(HERE)
    return found


@pytest.fixture
def directory(identity):
    return identity.directory


@pytest.fixture
def beside(database, clock):
    """Another process on the same database."""
    return Identity(database, Seal(bytes(32)), clock).directory


def fault(identity, key_id, token, now):
    with pytest.raises(KeyFault) as refused:
        identity.find_key(key_id, token, now)
    return refused.value.kind


def test_a_users_key_is_found_with_its_secret(identity, directory, clock):
    user = directory.create_user(HERE, "alice")
    key = directory.create_key(HERE, "alice")
    principal, secret = identity.find_key(key.id, "", clock.now)
    assert secret == key.secret
    assert (principal.account, principal.arn, principal.user_id) == (HERE, user.arn, user.user_id)
    assert (principal.kind, principal.expires) == ("user", None)


def test_a_roots_key_is_the_accounts(identity, directory, clock):
    key = directory.create_key(HERE, None)
    principal, _ = identity.find_key(key.id, "", clock.now)
    assert (principal.arn, principal.user_id, principal.kind) == (f"arn:aws:iam::{HERE}:root", HERE, "root")


def test_ids_have_the_form_that_clients_expect(directory):
    user = directory.create_user(HERE, "alice")
    key = directory.create_key(HERE, "alice")
    assert key.id.startswith("AKIA")
    assert len(key.id) == 20
    assert user.user_id.startswith("AIDA")
    assert len(key.secret) == 40


def test_a_secret_is_nowhere_in_the_database(database, directory):
    key = directory.create_key(HERE, None)
    with database.read() as connection:
        row = connection.exec_driver_sql("select sealed_secret from access_keys").one()
    assert key.secret.encode() not in bytes(row.sealed_secret)


def test_an_unknown_key_opens_nothing(identity, clock):
    assert fault(identity, "AKIANOBODY", "", clock.now) == "unknown-key"


@pytest.mark.parametrize("act", ["disable", "delete", "delete the user"])
def test_a_key_that_another_process_closes_is_closed_within_a_second(
    act, identity, directory, beside, clock, ticks
):
    directory.create_user(HERE, "alice")
    key = directory.create_key(HERE, "alice")
    identity.find_key(key.id, "", clock.now)
    if act == "disable":
        beside.enable_key(key.id, enabled=False)
    elif act == "delete":
        beside.delete_key(key.id)
    else:
        beside.delete_user(HERE, "alice")
    ticks.now += CACHE_S + 0.01
    assert CACHE_S < 1
    assert fault(identity, key.id, "", clock.now) == "unknown-key"


def test_an_enabled_key_works_again(identity, directory, clock):
    key = directory.create_key(HERE, None)
    directory.enable_key(key.id, enabled=False)
    assert fault(identity, key.id, "", clock.now) == "unknown-key"
    directory.enable_key(key.id, enabled=True)
    assert identity.find_key(key.id, "", clock.now)[1] == key.secret


def test_nobody_has_more_than_two_keys(directory):
    directory.create_user(HERE, "alice")
    first = directory.create_key(HERE, "alice")
    directory.create_key(HERE, "alice")
    with pytest.raises(TooMuch, match="alice has 2 keys already"):
        directory.create_key(HERE, "alice")
    directory.delete_key(first.id)
    directory.create_key(HERE, "alice")
    assert len(directory.keys(HERE, "alice")) == 2


@pytest.mark.parametrize(
    ("act", "refusal"),
    [
        (lambda d: d.create_account("12345"), Wrong),
        (lambda d: d.create_account(HERE), Taken),
        (lambda d: d.create_user(HERE, "two words"), Wrong),
        (lambda d: d.create_user(HERE, "x" * 65), Wrong),
        (lambda d: d.create_user(ELSEWHERE, "alice"), Missing),
        (lambda d: d.delete_user(HERE, "nobody"), Missing),
        (lambda d: d.create_key(HERE, "nobody"), Missing),
        (lambda d: d.delete_key("AKIANOBODY"), Missing),
        (lambda d: d.enable_key("AKIANOBODY", enabled=True), Missing),
        (lambda d: d.create_role(HERE, "r", ["12"]), Wrong),
        (lambda d: d.delete_role(HERE, "nobody"), Missing),
        (lambda d: d.users(ELSEWHERE), Missing),
    ],
)
def test_what_cannot_be_is_refused(act, refusal, directory):
    with pytest.raises(refusal):
        act(directory)


def test_a_name_of_64_letters_is_a_name(directory):
    assert directory.create_user(HERE, "x" * 64).name == "x" * 64


# Temporary keys


@pytest.fixture
def alice(identity, directory, clock):
    directory.create_user(HERE, "alice", ["administrator"])
    key = directory.create_key(HERE, "alice")
    return identity.find_key(key.id, "", clock.now)[0]


def test_a_session_is_its_holder_until_it_ends(identity, alice, clock):
    session, token = identity.sessions.for_holder(alice, timedelta(minutes=15))
    holder, secret = identity.find_key(session.key_id, token, clock.now)
    assert (holder.arn, holder.user_id, secret) == (alice.arn, alice.user_id, session.secret)
    assert session.key_id.startswith("ASIA")
    clock.move(minutes=14, seconds=59)
    identity.find_key(session.key_id, token, clock.now)
    clock.move(seconds=1)
    assert fault(identity, session.key_id, token, clock.now) == "expired-token"


def test_a_session_outlives_the_process(database, identity, alice, clock):
    session, token = identity.sessions.for_holder(alice, timedelta(hours=1))
    again = Identity(database, Seal(bytes(32)), clock)
    assert again.find_key(session.key_id, token, clock.now)[1] == session.secret


def test_a_session_ends_with_the_key_that_asked_for_it(identity, directory, alice, clock, ticks):
    session, token = identity.sessions.for_holder(alice, timedelta(hours=1))
    directory.delete_key(alice.key_id)
    ticks.now += 1
    assert fault(identity, session.key_id, token, clock.now) == "bad-token"


def test_a_session_cannot_ask_for_another(identity, alice):
    session, _ = identity.sessions.for_holder(alice, timedelta(hours=1))
    with pytest.raises(Denied, match="session credentials"):
        identity.sessions.for_holder(session.principal(), timedelta(hours=1))


@pytest.mark.parametrize("token", ["", "nonsense", "AAAA", "ä"], ids=["none", "words", "short", "not ascii"])
def test_a_temporary_key_without_its_token_opens_nothing(token, identity, alice, clock):
    session, _ = identity.sessions.for_holder(alice, timedelta(hours=1))
    assert fault(identity, session.key_id, token, clock.now) == "bad-token"


def test_a_token_fits_its_own_key_alone(identity, alice, clock):
    first, token = identity.sessions.for_holder(alice, timedelta(hours=1))
    second, _ = identity.sessions.for_holder(alice, timedelta(hours=1))
    assert fault(identity, second.key_id, token, clock.now) == "bad-token"
    assert fault(identity, alice.key_id, token, clock.now) == "bad-token"
    assert identity.find_key(first.key_id, token, clock.now)


@pytest.mark.parametrize("place", [0, 20, -1])
def test_a_token_changed_anywhere_opens_nothing(place, identity, alice, clock):
    import base64

    session, token = identity.sessions.for_holder(alice, timedelta(hours=1))
    sealed = bytearray(base64.b64decode(token))
    sealed[place] ^= 1
    changed = base64.b64encode(sealed).decode()
    assert fault(identity, session.key_id, changed, clock.now) == "bad-token"


def test_a_token_of_another_installation_opens_nothing(database, identity, alice, clock):
    session, token = identity.sessions.for_holder(alice, timedelta(hours=1))
    other = Identity(database, Seal(bytes([1]) * 32), clock)
    assert fault(other, session.key_id, token, clock.now) == "bad-token"


def test_a_token_with_other_members_opens_nothing(identity, alice, clock):
    import base64

    sealed = Seal(bytes(32)).seal(b'{"key_id": "ASIAOLD", "from": "a later version"}', "session")
    assert fault(identity, "ASIAOLD", base64.b64encode(sealed).decode(), clock.now) == "bad-token"


def test_an_assumed_role_is_a_caller_of_the_roles_account(identity, directory, alice, clock):
    directory.create_account(ELSEWHERE)
    role = directory.create_role(ELSEWHERE, "reader", [HERE])
    session, token = identity.assume(alice, role.arn, RoleRequest("visit"))
    holder, _ = identity.find_key(session.key_id, token, clock.now)
    assert holder.account == ELSEWHERE
    assert holder.arn == f"arn:aws:sts::{ELSEWHERE}:assumed-role/reader/visit"
    assert holder.user_id == f"{role.role_id}:visit"
    assert (holder.kind, holder.issued, holder.role_arn) == ("role", clock.now, role.arn)


@pytest.mark.parametrize(
    "arn",
    [
        f"arn:aws:iam::{HERE}:role/closed",
        f"arn:aws:iam::{HERE}:role/nobody",
        f"arn:aws:iam::{HERE}:user/alice",
        f"arn:aws:s3::{HERE}:role/open",
    ],
    ids=["untrusting", "unknown", "user", "other service"],
)
def test_a_role_that_does_not_trust_the_caller_is_as_good_as_none(arn, identity, directory, alice):
    directory.create_role(HERE, "closed", [ELSEWHERE])
    directory.create_role(HERE, "open", [HERE])
    with pytest.raises(Denied, match=f"is not authorized to perform: sts:AssumeRole on resource: {arn}"):
        identity.assume(alice, arn, RoleRequest("visit"))


def test_sessions_of_a_role_end_with_it_and_do_not_come_back(identity, directory, alice, clock, ticks):
    role = directory.create_role(HERE, "reader", [HERE])
    session, token = identity.assume(alice, role.arn, RoleRequest("visit"))
    directory.delete_role(HERE, "reader")
    ticks.now += 1
    assert fault(identity, session.key_id, token, clock.now) == "bad-token"
    directory.create_role(HERE, "reader", [HERE])
    assert fault(identity, session.key_id, token, clock.now) == "bad-token"


# The first start


def test_the_first_start_makes_one_root_key_and_tells_it(identity, clock, tmp_path):
    identity.root.ensure(ELSEWHERE, "eu-west-1", tmp_path)
    file = tmp_path / "credentials.json"
    said = json.loads(file.read_text())
    assert (said["account"], said["region"]) == (ELSEWHERE, "eu-west-1")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert identity.find_key(said["access_key_id"], "", clock.now)[1] == said["secret_access_key"]


@pytest.mark.parametrize("broken", [None, "", "{}", "[]", '{"access_key_id": "AKIAOLD"}'])
def test_a_lost_or_broken_credentials_file_is_written_again(broken, identity, tmp_path):
    file = tmp_path / "credentials.json"
    identity.root.ensure(ELSEWHERE, "eu-west-1", tmp_path)
    first = file.read_text()
    if broken is None:
        file.unlink()
    else:
        file.write_text(broken)
    identity.root.ensure(ELSEWHERE, "eu-west-1", tmp_path)
    assert file.read_text() == first


def test_the_installations_key_is_made_once_and_is_its_owners_alone(tmp_path):
    for _ in range(2):
        make_key(tmp_path)
    sealed = open_seal(tmp_path).seal(b"secret", "test")
    make_key(tmp_path)
    assert open_seal(tmp_path).open(sealed, "test") == b"secret"
    assert stat.S_IMODE((tmp_path / "keys" / "installation.key").stat().st_mode) == 0o600
    assert [file.name for file in (tmp_path / "keys").iterdir()] == ["installation.key"]


def test_what_is_sealed_for_one_purpose_opens_for_no_other():
    seal = Seal(bytes(32))
    with pytest.raises(BadSeal):
        seal.open(seal.seal(b"secret", "one"), "two")


def test_derived_keys_differ_by_purpose():
    seal = Seal(bytes(32))
    assert seal.derive("pages") == seal.derive("pages") != seal.derive("seal")
