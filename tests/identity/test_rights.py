"""What a key's holder may do: its policies, its groups', its role's, and how soon a change counts."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import text

from doubles.houses import ELSEWHERE, HERE
from vedette.errors import Denied
from vedette.identity.holder import Holder
from vedette.identity.identity import CACHE_S, Identity
from vedette.identity.may import may
from vedette.identity.principal import dump_principal, load_principal, root_of
from vedette.identity.seal import Seal
from vedette.identity.sessions import RoleRequest

ALICE = Holder("user", HERE, "alice")
SEE, DETECT = "rekognition:DescribeProjects", "rekognition:DetectCustomLabels"


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
    made = Identity(database, Seal(bytes(32)), clock, ticks)
    for account in (HERE, ELSEWHERE):
        made.directory.create_account(account)
    made.directory.create_user(HERE, "alice")
    return made


@pytest.fixture
def beside(database, clock):
    """A command in another process, on the same database."""
    return Identity(database, Seal(bytes(32)), clock).directory


@pytest.fixture
def key(identity):
    return identity.directory.create_key(HERE, "alice")


@pytest.fixture
def holder(identity, key, clock):
    return lambda: identity.find_key(key.id, "", clock.now)[0]


def statement(effect, action, **more):
    return {"Effect": effect, "Action": action, "Resource": "*", **more}


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def test_whoever_is_new_may_do_nothing_but_the_root_everything(identity, holder, clock):
    root = identity.directory.create_key(HERE, None)
    assert not may(holder(), SEE, "*")
    assert may(identity.find_key(root.id, "", clock.now)[0], SEE, "*")


def test_a_policy_that_a_command_attaches_or_takes_counts_within_a_second(beside, holder, ticks):
    assert not may(holder(), SEE, "*")
    beside.policies.attach(ALICE, "viewer")
    ticks.now += 1
    assert may(holder(), SEE, "*")
    assert not may(holder(), DETECT, "*")
    beside.policies.detach(ALICE, "viewer")
    ticks.now += 1
    assert not may(holder(), SEE, "*")


def test_a_changed_document_counts_within_a_second_for_all_who_hold_it(beside, holder, ticks):
    beside.policies.put(HERE, "own", document(statement("Allow", SEE)))
    beside.policies.attach(ALICE, "own")
    assert may(holder(), SEE, "*")
    beside.policies.put(HERE, "own", document(statement("Allow", "rekognition:*"), statement("Deny", SEE)))
    ticks.now += 1
    assert not may(holder(), SEE, "*")
    assert may(holder(), DETECT, "*")


def test_a_users_policies_and_those_of_its_groups_are_one(beside, holder, ticks):
    beside.policies.attach(ALICE, "caller")
    for name, policy in (("staff", "viewer"), ("others", "administrator")):
        beside.groups.create(HERE, name)
        beside.policies.attach(Holder("group", HERE, name), policy)
    beside.groups.add(HERE, "staff", "alice")
    assert [may(holder(), action, "*") for action in (SEE, DETECT, "rekognition:CreateProject")] == [
        True,
        True,
        False,
    ]
    beside.groups.remove(HERE, "staff", "alice")
    ticks.now += 1
    assert [may(holder(), action, "*") for action in (SEE, DETECT)] == [False, True]


def test_a_denial_of_a_group_outweighs_what_the_user_holds_itself(beside, holder):
    beside.policies.attach(ALICE, "administrator")
    beside.policies.put(HERE, "no-deleting", NO_DELETING)
    beside.groups.create(HERE, "careful")
    beside.policies.attach(Holder("group", HERE, "careful"), "no-deleting")
    beside.groups.add(HERE, "careful", "alice")
    assert not may(holder(), "rekognition:DeleteProject", "*")
    assert may(holder(), "rekognition:CreateProject", "*")


NO_DELETING = document(statement("Deny", ["rekognition:Delete*", "lookoutvision:Delete*"]))


def test_policies_stay_within_their_account(beside, holder):
    beside.create_user(ELSEWHERE, "alice", ["administrator"])
    beside.groups.create(HERE, "staff")
    beside.groups.create(ELSEWHERE, "staff")
    beside.policies.attach(Holder("group", ELSEWHERE, "staff"), "administrator")
    beside.groups.add(ELSEWHERE, "staff", "alice")
    beside.groups.add(HERE, "staff", "alice")
    assert not may(holder(), SEE, "*")


def test_a_stored_policy_that_cannot_be_read_any_more_denies_all_and_is_named(database, beside, holder):
    beside.policies.put(HERE, "own", document(statement("Allow", SEE)))
    beside.policies.attach(ALICE, "administrator", "own")
    assert beside.policies.unreadable() == []
    with database.write() as connection:
        connection.execute(text("update identity_policies set document = '{\"Statement\": [3]}'"))
    assert not may(holder(), SEE, "*")
    (sentence,) = beside.policies.unreadable()
    assert sentence.startswith(f"The policy own of account {HERE} denies everything to all who hold it.")


def test_an_attached_policy_that_is_lost_denies_all(database, beside, holder):
    beside.policies.put(HERE, "own", document(statement("Deny", DETECT)))
    beside.policies.attach(ALICE, "administrator", "own")
    with database.write() as connection:
        connection.execute(text("delete from identity_policies"))
    assert not may(holder(), SEE, "*")
    assert beside.policies.unreadable() == [
        f"The policy own is lost; the user alice of account {HERE} may do nothing until it is detached."
    ]
    beside.policies.detach(ALICE, "own")
    assert beside.policies.unreadable() == []


def test_an_own_policy_comes_before_a_builtin_one_of_its_name(database, beside, holder, clock):
    """As when a later release brings a built-in policy under a name that an account has chosen."""
    own = document(statement("Allow", DETECT))
    with database.write() as connection:
        connection.execute(
            text(
                "insert into identity_policies (account, name, document, revision, created_ms, updated_ms) "
                "values (:account, 'viewer', :own, 1, 0, 0)"
            ),
            {"account": HERE, "own": own},
        )
    beside.policies.attach(ALICE, "viewer")
    assert (may(holder(), SEE, "*"), may(holder(), DETECT, "*")) == (False, True)
    assert beside.policies.find(HERE, "viewer").document == own


# Tags


def test_conditions_see_the_tags_of_the_user_now(beside, holder, ticks):
    own = statement("Allow", SEE, Condition={"StringEquals": {"aws:PrincipalTag/team": "boards"}})
    beside.policies.put(HERE, "boards-only", document(own))
    beside.policies.attach(ALICE, "boards-only")
    assert not may(holder(), SEE, "*")
    beside.set_tags(ALICE, {"team": "boards"})
    ticks.now += 1
    assert may(holder(), SEE, "*")
    beside.set_tags(ALICE, {"team": "doors"})
    ticks.now += 1
    assert not may(holder(), SEE, "*")


# Sessions


def test_a_users_session_has_the_rights_that_the_user_has_now(identity, beside, holder, ticks, clock):
    session, token = identity.sessions.for_holder(holder(), timedelta(hours=1))
    assert not may(identity.find_key(session.key_id, token, clock.now)[0], SEE, "*")
    beside.policies.attach(ALICE, "viewer")
    ticks.now += CACHE_S + 0.01
    assert may(identity.find_key(session.key_id, token, clock.now)[0], SEE, "*")


# Work that goes on without its caller


def test_remembered_work_has_the_rights_that_its_caller_has_when_it_reads(identity, beside, holder, ticks):
    beside.policies.attach(ALICE, "viewer")
    kept = json.loads(json.dumps({"account": HERE, "caller": dump_principal(holder())}))
    assert not may(load_principal(kept), SEE, "*"), "what is remembered has no rights of its own"
    assert may(identity.current(load_principal(kept)), SEE, "*")
    beside.policies.detach(ALICE, "viewer")
    ticks.now += 1
    assert not may(identity.current(load_principal(kept)), SEE, "*")


@pytest.mark.parametrize("again", [False, True])
def test_work_of_a_user_that_is_gone_is_nobodys_even_when_its_name_is_used_again(
    again, identity, beside, holder, ticks
):
    beside.policies.attach(ALICE, "administrator")
    caller = load_principal({"account": HERE, "caller": dump_principal(holder())})
    assert may(identity.current(caller), SEE, "*")
    beside.delete_user(HERE, "alice")
    if again:
        beside.create_user(HERE, "alice", ["administrator"])
    ticks.now += 1
    with pytest.raises(Denied) as refused:
        identity.current(caller)
    assert refused.value.sentence == (
        f"The caller of this work, arn:aws:iam::{HERE}:user/alice, was deleted."
    )


TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{HERE}:root"},
            "Action": ["sts:AssumeRole", "sts:TagSession"],
        },
    }
)


@pytest.fixture
def worker(identity, beside, holder, clock):
    """A session of a role that may do everything, narrowed to seeing, as work remembers it."""
    beside.policies.attach(ALICE, "administrator")
    role = beside.create_role(HERE, "worker", trust=TRUST, policies=["administrator"])
    wanted = RoleRequest("visit", tags={"team": "boards"}, policy=document(statement("Allow", SEE)))
    session, token = identity.assume(holder(), role.arn, wanted)
    kept = dump_principal(identity.find_key(session.key_id, token, clock.now)[0])
    return load_principal(json.loads(json.dumps({"caller": kept})))


def test_work_of_a_session_stays_as_narrow_as_the_session_was(identity, worker):
    current = identity.current(worker)
    assert (may(current, SEE, "*"), may(current, DETECT, "*")) == (True, False)
    assert dict(current.tags) == {"team": "boards"}


def test_work_of_a_session_that_is_revoked_by_its_time_reads_nothing(identity, beside, worker, ticks, clock):
    clock.move(hours=1)
    older = {"DateLessThan": {"aws:TokenIssueTime": clock.now.isoformat()}}
    beside.policies.put(HERE, "no-older-sessions", document(statement("Deny", "*", Condition=older)))
    beside.policies.attach(Holder("role", HERE, "worker"), "no-older-sessions")
    ticks.now += 1
    assert not may(identity.current(worker), SEE, "*")


def test_work_of_a_role_ends_with_the_role(identity, beside, worker, ticks):
    identity.current(worker)
    beside.delete_role(HERE, "worker")
    beside.create_role(HERE, "worker", trust=TRUST, policies=["administrator"])
    ticks.now += 1
    with pytest.raises(Denied):
        identity.current(worker)


def test_what_was_begun_for_an_account_itself_goes_on(identity):
    root = root_of(HERE)
    assert identity.current(root) == root
