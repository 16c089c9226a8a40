"""Wrong answers of passkeys, many of them: nothing is kept of one, and the right answer counts as before."""

import resource

import pytest
from sqlalchemy import func, select

from doubles.houses import HERE
from doubles.passkeys import Authenticator
from vedette.api.console.passkeys import read_created, read_shown, to_base64url
from vedette.errors import Denied
from vedette.identity.factors import FactorOwner
from vedette.identity.identity import Identity
from vedette.identity.passkeys import REGISTER, SIGN_IN, Ceremony
from vedette.identity.seal import Seal
from vedette.identity.tables import used_challenges

ORIGIN, PARTY = "http://localhost:8080", "localhost"
COUNT = 400
LIMIT_MIB = 16


@pytest.fixture
def passkeys(database, clock):
    identity = Identity(database, Seal(bytes(32)), clock)
    identity.directory.create_account(HERE)
    return identity.passkeys


def ceremony(purpose, bound="browser"):
    return Ceremony(purpose, bound, PARTY, lambda origin: origin == ORIGIN)


def question(passkeys, asked):
    challenge = passkeys.new_challenge(asked.purpose, asked.bound)
    return {"challenge": to_base64url(challenge), "rpId": PARTY, "user": {"id": ""}, "rp": {"id": PARTY}}


def resident_mib():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def test_wrong_answers_leave_nothing_and_lock_nobody_out(passkeys, database):
    owner, made = FactorOwner(HERE), Authenticator(ORIGIN)
    asked = ceremony(REGISTER)
    passkeys.register(owner, "laptop", read_created(made.create(question(passkeys, asked))), asked)
    signing_in = ceremony(SIGN_IN)
    options = question(passkeys, signing_in)
    right = made.show(options)
    before, kept = resident_mib(), rows(database)
    for number in range(COUNT):
        # Another key, a changed signature, another browser's challenge, a credential of nobody.
        wrong = [
            Authenticator(ORIGIN, id=made.id).show(options),
            {**right, "signature": right["signature"][:-8] + f"{number:08d}"},
            made.show(question(passkeys, ceremony(SIGN_IN, f"browser {number}"))),
            Authenticator(ORIGIN).show(options),
        ][number % 4]
        with pytest.raises(Denied):
            passkeys.owner_of(read_shown(wrong), signing_in)
    assert rows(database) == kept
    assert resident_mib() - before < LIMIT_MIB
    # Counted behind the right one by the authenticator, so that it has to be a fresh answer.
    assert passkeys.owner_of(read_shown(made.show(options)), signing_in) == owner


def rows(database):
    with database.read() as connection:
        return connection.execute(select(func.count()).select_from(used_challenges)).scalar_one()
