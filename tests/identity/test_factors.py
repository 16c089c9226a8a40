"""Second factors: the published codes, each of them once, and what wrong ones cost."""

import threading
from dataclasses import replace

import pytest

from doubles.factors import app_code, bytes_of
from doubles.houses import HERE
from vedette.errors import Denied, Missing, TooMuch, Wrong
from vedette.identity import totp
from vedette.identity.console_session import Browser, SessionLength, TemporaryProof
from vedette.identity.factors import FREE_FAILURES, MOST_FACTORS, FactorOwner, ShownFactor, TooManyCodes
from vedette.identity.identity import Identity
from vedette.identity.seal import Seal

KIM = FactorOwner(HERE, "kim")
WHERE, LENGTH = Browser(), SessionLength()


@pytest.fixture
def identity(database, clock):
    identity = Identity(database, Seal(bytes(32)), clock, ticks=lambda: clock().timestamp())
    identity.directory.create_account(HERE)
    identity.directory.create_user(HERE, "kim", ["viewer"])
    return identity


@pytest.fixture
def factors(identity):
    return identity.factors


def enrolled(factors, clock, owner=KIM):
    """Return the secret of a new app of somebody, and the recovery codes that came with it."""
    made = factors.begin_totp(owner, "phone")
    codes = factors.confirm_totp(owner, made.id, app_code(made.secret, clock()))
    clock.leap(seconds=totp.STEP_S * 3)
    return made.secret, codes


def shown(secret, now):
    """Return what somebody shows beside a key: the code of an app."""
    return ShownFactor(app_code(secret, now))


@pytest.mark.parametrize(
    ("second", "code"),
    # RFC 6238, appendix B, for SHA-1; of its eight digits the last six.
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_codes_are_those_that_the_standard_publishes(second, code):
    assert totp.code_at(b"12345678901234567890", second // 30) == code


@pytest.mark.parametrize("code", ["１２３４５６", "\ud800", "", "é" * 6, "١٢٣٤٥٦"])
def test_a_code_in_other_letters_is_a_wrong_one_also_at_its_confirmation(factors, code):
    made = factors.begin_totp(KIM, "phone")
    with pytest.raises(Denied, match="code is wrong"):
        factors.confirm_totp(KIM, made.id, code)


@pytest.mark.parametrize(("late", "counts"), [(-90, False), (-30, True), (0, True), (30, True), (90, False)])
def test_a_code_counts_half_a_minute_early_and_late_and_no_longer(late, counts):
    secret, now = b"12345678901234567890", 1_800_000_000
    code = totp.code_at(secret, (now + late) // 30)
    assert (totp.step_of(code, secret, now * 1000) is not None) is counts


def test_a_factor_counts_after_its_first_code_and_brings_ten_recovery_codes(factors, clock):
    made = factors.begin_totp(KIM, "phone")
    assert not factors.is_held(KIM)
    with pytest.raises(Denied, match="wrong"):
        factors.confirm_totp(
            KIM, made.id, "000000" if app_code(made.secret, clock()) != "000000" else "1" * 6
        )
    codes = factors.confirm_totp(KIM, made.id, app_code(made.secret, clock()))
    assert (factors.is_held(KIM), len(set(codes)), factors.count_codes(KIM)) == (True, 10, 10)
    assert f"secret={made.secret}" in made.address
    assert made.address.startswith("otpauth://totp/Vedette%3Akim%40")


def test_a_code_counts_once(factors, clock):
    secret, _ = enrolled(factors, clock)
    code = app_code(secret, clock())
    factors.check(KIM, f"{code[:3]} {code[3:]}")
    with pytest.raises(Denied, match="used already"):
        factors.check(KIM, code)


def test_the_code_that_confirmed_a_factor_signs_nobody_in(factors, clock):
    made = factors.begin_totp(KIM, "phone")
    code = app_code(made.secret, clock())
    factors.confirm_totp(KIM, made.id, code)
    with pytest.raises(Denied):
        factors.check(KIM, code)


def test_a_code_counts_once_at_two_servers_at_once(factors, clock):
    secret, _ = enrolled(factors, clock)
    code, barrier, results = app_code(secret, clock()), threading.Barrier(6), []

    def show():
        barrier.wait()
        try:
            factors.check(KIM, code)
            results.append("in")
        except (Denied, TooManyCodes):
            results.append("out")

    threads = [threading.Thread(target=show) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["in"] + ["out"] * 5


def test_a_recovery_code_counts_once_however_it_is_written(factors, clock):
    _, codes = enrolled(factors, clock)
    factors.check(KIM, codes[0].upper().replace("-", " "))
    assert factors.count_codes(KIM) == 9
    with pytest.raises(Denied):
        factors.check(KIM, codes[0])


def test_new_recovery_codes_take_the_place_of_those_before(factors, clock):
    _, before = enrolled(factors, clock)
    after = factors.renew_codes(KIM)
    with pytest.raises(Denied):
        factors.check(KIM, before[1])
    factors.check(KIM, after[1])


def test_nobody_uses_another_persons_code(identity, factors, clock):
    identity.directory.create_user(HERE, "lou", [])
    lou = FactorOwner(HERE, "lou")
    enrolled(factors, clock, lou)
    secret, codes = enrolled(factors, clock)
    for code in (app_code(secret, clock()), codes[0]):
        with pytest.raises(Denied):
            factors.check(lou, code)
    assert factors.count_codes(KIM) == 10


def test_wrong_codes_wait_longer_each_time_and_a_right_one_forgives(factors, clock):
    secret, codes = enrolled(factors, clock)
    for _ in range(FREE_FAILURES):
        with pytest.raises(Denied):
            factors.check(KIM, "not-a-code")
    waits = []
    for _ in range(4):
        with pytest.raises(TooManyCodes) as refusal:
            factors.check(KIM, codes[0])
        waits.append(refusal.value.wait_s)
        clock.leap(seconds=refusal.value.wait_s)
        with pytest.raises(Denied):
            factors.check(KIM, "not-a-code")
    assert waits == [30, 60, 120, 240]
    assert factors.count_codes(KIM) == 10, "a code that is not heard is not used up"
    clock.leap(seconds=480)
    factors.check(KIM, app_code(secret, clock()))
    clock.leap(seconds=90)
    with pytest.raises(Denied):
        factors.check(KIM, "not-a-code")


def test_a_week_of_guesses_is_heard_two_dozen_times(factors, clock):
    enrolled(factors, clock)
    heard = 0
    for _ in range(7 * 24 * 6):
        try:
            factors.check(KIM, "not-a-code")
            pytest.fail("a guess was right")
        except Denied:
            heard += 1
        except TooManyCodes:
            clock.leap(minutes=10)
    # Five are free, twelve double from half a minute to a day, then there is one a day.
    assert heard <= 25


def test_a_clock_that_was_a_month_fast_locks_nobody_out(factors, clock):
    secret, _ = enrolled(factors, clock)
    clock.leap(days=31)
    factors.check(KIM, app_code(secret, clock()))
    for _ in range(FREE_FAILURES):
        with pytest.raises(Denied):
            factors.check(KIM, "not-a-code")
    clock.leap(days=-31)
    with pytest.raises(TooManyCodes) as refusal:
        factors.check(KIM, app_code(secret, clock()))
    clock.leap(seconds=refusal.value.wait_s)
    factors.check(KIM, app_code(secret, clock()))


def test_removing_the_last_factor_takes_the_recovery_codes(factors, clock):
    enrolled(factors, clock)
    (factor,) = factors.list(KIM)
    factors.remove(KIM, factor.id)
    assert (factors.is_held(KIM), factors.count_codes(KIM)) == (False, 0)
    with pytest.raises(Missing):
        factors.remove(KIM, factor.id)


def test_factors_go_with_their_user_and_follow_a_rename(identity, factors, clock):
    from vedette.identity.holder import Holder

    secret, codes = enrolled(factors, clock)
    identity.directory.holders.move(Holder("user", HERE, "kim"), "kimmy", "/")
    kimmy = replace(KIM, user="kimmy")
    factors.check(kimmy, app_code(secret, clock()))
    factors.check(kimmy, codes[3])
    identity.directory.delete_user(HERE, "kimmy")
    identity.directory.create_user(HERE, "kimmy", [])
    assert not factors.is_held(kimmy)
    assert factors.count_codes(kimmy) == 0


def test_secrets_lie_sealed_and_codes_hashed(factors, clock, database):
    secret, codes = enrolled(factors, clock)
    with database.read() as connection:
        rows = str([*connection.exec_driver_sql("select * from second_factors")])
        rows += str([*connection.exec_driver_sql("select * from recovery_codes")])
    assert secret not in rows
    assert str(bytes_of(secret))[2:-1] not in rows
    assert codes[0].replace("-", "") not in rows


def test_names_and_numbers_have_bounds(factors, clock):
    with pytest.raises(Wrong):
        factors.begin_totp(KIM, "a\nb")
    for _ in range(MOST_FACTORS):
        enrolled(factors, clock)
    with pytest.raises(TooMuch):
        factors.begin_totp(KIM, "one more")


def test_a_key_alone_begins_no_session_of_who_has_a_factor(identity, factors, clock):
    key = identity.directory.create_key(HERE, "kim")
    secret, _ = enrolled(factors, clock)
    with pytest.raises(Denied) as refusal:
        identity.console.sign_in(key.id, key.secret, WHERE, LENGTH)
    assert refusal.value.kind == "second factor"
    with pytest.raises(Denied) as refusal:
        identity.console.sign_in(key.id, "x" * 40, WHERE, LENGTH, shown(secret, clock()))
    assert refusal.value.kind == "key", "a wrong secret is told before a right code is used up"
    token, session = identity.console.sign_in(key.id, key.secret, WHERE, LENGTH, shown(secret, clock()))
    assert session.verified
    principal, _ = identity.console.find(token, LENGTH)
    assert principal.subject.fact("aws:multifactorauthpresent") == "true"


def test_temporary_keys_are_no_way_around_the_factor_of_their_user(identity, factors, clock):
    from datetime import timedelta

    key = identity.directory.create_key(HERE, "kim")
    holder, _ = identity.find_key(key.id, "", clock())
    credentials, token = identity.sessions.for_holder(holder, timedelta(hours=1))
    proof = TemporaryProof(credentials.key_id, credentials.secret, token)
    assert identity.console.sign_in_temporarily(proof, WHERE, LENGTH)[1].verified is False
    secret, _ = enrolled(factors, clock)
    with pytest.raises(Denied) as refusal:
        identity.console.sign_in_temporarily(proof, WHERE, LENGTH)
    assert refusal.value.kind == "second factor"
    code = shown(secret, clock())
    assert identity.console.sign_in_temporarily(proof, WHERE, LENGTH, code)[1].verified is True


def test_showing_a_factor_ends_the_persons_sessions_that_had_none(identity, factors):
    key = identity.directory.create_key(HERE, "kim")
    (first, _), (second, session) = (
        identity.console.sign_in(key.id, key.secret, WHERE, LENGTH) for _ in range(2)
    )
    identity.console.verify(session)
    assert identity.console.find(first, LENGTH) is None
    assert identity.console.find(second, LENGTH)[1].verified


@pytest.mark.parametrize("change", ["delete", "detach"])
def test_a_session_loses_its_user_or_its_policy_within_a_second(identity, clock, change):
    from vedette.identity.holder import Holder

    key = identity.directory.create_key(HERE, "kim")
    token, _ = identity.console.sign_in(key.id, key.secret, WHERE, LENGTH)
    assert identity.console.find(token, LENGTH)[0].policies
    if change == "delete":
        identity.directory.delete_user(HERE, "kim")
        assert identity.console.find(token, LENGTH) is None
    else:
        identity.directory.policies.detach(Holder("user", HERE, "kim"), "viewer")
        clock.leap(seconds=1)
        assert identity.console.find(token, LENGTH)[0].policies == ()
