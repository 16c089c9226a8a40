import json
import re
from fnmatch import fnmatchcase

import pytest

from doubles.houses import ELSEWHERE, HERE, NOON
from vedette.access.actions import KNOWN
from vedette.errors import Busy, MalformedPolicy, Missing, Taken, TooMuch, Wrong
from vedette.identity.builtin import NAMES, builtin_document
from vedette.identity.directory import Directory
from vedette.identity.holder import Holder
from vedette.identity.policies import MOST_ATTACHED, IdentityPolicy
from vedette.identity.seal import Seal

DETECT = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Action": "rekognition:DetectCustomLabels", "Resource": "*"},
    }
)
ALICE, READER, STAFF = (
    Holder("user", HERE, "alice"),
    Holder("role", HERE, "reader"),
    Holder("group", HERE, "staff"),
)


@pytest.fixture
def directory(database, clock):
    made = Directory(database, Seal(bytes(32)), clock)
    for account in (HERE, ELSEWHERE):
        made.create_account(account)
    made.create_user(HERE, "alice")
    made.create_role(HERE, "reader", [HERE])
    made.groups.create(HERE, "staff")
    return made


@pytest.fixture
def policies(directory):
    return directory.policies


def test_the_builtin_policies_are_there_from_the_start(policies):
    assert policies.available(HERE) == [IdentityPolicy(name, builtin_document(name)) for name in NAMES]


PEOPLE = re.compile(r"(create|delete|update|get|list)(user|group|accesskey|polic).*|putpolicy")


def allowed_of_ours(name):
    """Return Vedette's own actions that a built-in policy allows somewhere."""
    patterns = [
        action.lower()
        for statement in json.loads(builtin_document(name))["Statement"]
        for action in statement["Action"]
        if action.startswith("vedette:")
    ]
    return {
        action
        for action in KNOWN["vedette"]
        if any(fnmatchcase(f"vedette:{action}", pattern) for pattern in patterns)
    }


def test_a_trainer_may_do_all_that_manages_no_people():
    people = {action for action in KNOWN["vedette"] if PEOPLE.fullmatch(action)}
    assert len(people) == 15
    missing = KNOWN["vedette"] - people - allowed_of_ours("trainer")
    # Whoever orders a package of his own vouches for its key: that is for who trusts people with the devices.
    # What takes machines out of a cluster, calls the operator's webhooks, or changes the weights that
    # every account may name, is for who runs it; sessions and factors of others are people's.
    operators = {"drainnode", "resumenode", "sendtestnotification", "addbackbone", "deletebackbone"}
    assert missing == {"orderownpackage", "endconsolesession", "removesecondfactors", *operators}


def test_whoever_labels_may_ask_for_drafts_and_studies_and_starts_no_training():
    labeller = allowed_of_ours("labeller")
    assert {"startdrafts", "acceptdrafts", "startsuggestions", "previewtraining"} <= labeller
    assert not labeller & {"stoptraining", "removeentries", "createexport", "putpolicy", "createuser"}


def test_a_policy_is_kept_as_it_was_put_and_changed_for_all(policies, clock):
    first = policies.put(HERE, "detect", DETECT)
    kept = {"created": NOON, "policy_id": first.policy_id}
    assert first == IdentityPolicy("detect", DETECT, HERE, 1, NOON, **kept)
    clock.move(seconds=5)
    changed = DETECT.replace("Allow", "Deny")
    second = policies.put(HERE, "detect", changed)
    assert second == IdentityPolicy("detect", changed, HERE, 2, clock.now, in_force=2, **kept)
    assert policies.find(HERE, "detect") == second
    assert [policy.name for policy in policies.available(HERE)] == ["detect", *NAMES]


def test_another_account_sees_nothing_of_it(policies):
    policies.put(HERE, "detect", DETECT)
    assert [policy.name for policy in policies.available(ELSEWHERE)] == list(NAMES)
    with pytest.raises(Missing, match=f"There is no policy detect in account {ELSEWHERE}"):
        policies.find(ELSEWHERE, "detect")


@pytest.mark.parametrize(
    ("name", "document", "refusal", "words"),
    [
        ("administrator", DETECT, Taken, "administrator is a built-in policy; give yours another name."),
        ("a policy", DETECT, Wrong, "'a policy' is no name"),
        ("", DETECT, Wrong, "'' is no name"),
        ("p" * 129, DETECT, Wrong, "is no name"),
        ("p", "{", MalformedPolicy, "it is not JSON"),
        ("p", "{}", MalformedPolicy, "Statement"),
        (
            "p",
            DETECT.replace("Detect", "DetectTheir"),
            MalformedPolicy,
            "statement 1: .*is not an action of rekognition",
        ),
        ("p", DETECT.replace('"Resource"', '"Principal": "*", "Resource"'), MalformedPolicy, "no Principal"),
    ],
)
def test_what_could_not_be_obeyed_is_refused_and_not_kept(name, document, refusal, words, policies):
    with pytest.raises(refusal, match=words):
        policies.put(HERE, name, document)
    assert [policy.name for policy in policies.available(HERE)] == list(NAMES)


def test_blanks_do_not_count_and_the_rest_does(policies):
    def long(statements, indent):
        statement = {"Effect": "Deny", "Action": "rekognition:DeleteProject", "Resource": "*"}
        whole = {"Version": "2012-10-17", "Statement": [statement] * statements}
        return json.dumps(whole, indent=indent)

    assert len(long(80, 8)) > 6144 > len(long(80, None).replace(" ", ""))
    policies.put(HERE, "long", long(80, 8))
    for document in (long(90, None), long(1, None) + " " * 70_000):
        with pytest.raises(MalformedPolicy, match="longer than 6144"):
            policies.put(HERE, "long", document)


def test_a_policy_that_is_refused_leaves_the_old_one(policies):
    policies.put(HERE, "detect", DETECT)
    with pytest.raises(MalformedPolicy):
        policies.put(HERE, "detect", "{}")
    assert policies.find(HERE, "detect").document == DETECT


@pytest.mark.parametrize("holder", [ALICE, READER, STAFF], ids=str)
def test_whoever_is_new_holds_nothing_until_a_policy_is_attached(holder, policies):
    assert policies.attached(holder) == []
    policies.put(HERE, "detect", DETECT)
    policies.attach(holder, "viewer", "detect")
    policies.attach(holder, "detect")
    assert policies.attached(holder) == ["detect", "viewer"]
    assert policies.holders(HERE, "detect") == [holder]
    policies.detach(holder, "viewer", "detect")
    assert policies.attached(holder) == []


def test_attaching_is_all_or_nothing(policies):
    with pytest.raises(Missing, match="There is no policy nobodys"):
        policies.attach(ALICE, "viewer", "nobodys")
    assert policies.attached(ALICE) == []
    policies.attach(ALICE, "viewer")
    with pytest.raises(Missing, match="The policy caller is not attached to user alice"):
        policies.detach(ALICE, "viewer", "caller")
    assert policies.attached(ALICE) == ["viewer"]


@pytest.mark.parametrize("kind", ["user", "role", "group"])
def test_nobody_and_nowhere_hold_nothing(kind, policies):
    with pytest.raises(Missing, match=f"There is no {kind} nobody in account {HERE}"):
        policies.attach(Holder(kind, HERE, "nobody"), "viewer")
    with pytest.raises(Missing, match="There is no account 555555555555"):
        policies.attached(Holder(kind, "555555555555", "nobody"))


def test_a_policy_in_use_is_not_deleted_and_says_who_uses_it(policies):
    policies.put(HERE, "detect", DETECT)
    for holder in (STAFF, READER, ALICE):
        policies.attach(holder, "detect")
    with pytest.raises(Busy) as refused:
        policies.delete(HERE, "detect")
    assert refused.value.sentence == (
        "The policy detect is attached to user alice, group staff, role reader; detach it first."
    )
    for holder in (STAFF, READER, ALICE):
        policies.detach(holder, "detect")
    policies.delete(HERE, "detect")
    with pytest.raises(Missing):
        policies.find(HERE, "detect")


def test_a_builtin_policy_cannot_be_deleted(policies):
    with pytest.raises(Wrong, match="built-in"):
        policies.delete(HERE, "viewer")


def test_a_holder_has_so_many_policies_at_most(policies):
    names = [f"p{number:02}" for number in range(MOST_ATTACHED + 1)]
    for name in names:
        policies.put(HERE, name, DETECT)
    policies.attach(ALICE, *names[:-1])
    with pytest.raises(TooMuch, match=f"The user alice has {MOST_ATTACHED} policies already"):
        policies.attach(ALICE, names[-1])
    policies.attach(ALICE, names[0])
    assert policies.attached(ALICE) == names[:-1]


def test_who_is_made_again_under_an_old_name_begins_without_the_old_rights(directory, policies):
    for holder in (ALICE, READER, STAFF):
        policies.attach(holder, "administrator")
    directory.groups.add(HERE, "staff", "alice")
    directory.delete_user(HERE, "alice")
    directory.delete_role(HERE, "reader")
    directory.groups.delete(HERE, "staff")
    directory.create_user(HERE, "alice")
    directory.create_role(HERE, "reader", [HERE])
    directory.groups.create(HERE, "staff")
    assert [policies.attached(holder) for holder in (ALICE, READER, STAFF)] == [[], [], []]
    assert directory.groups.of(HERE, "alice") == []


def test_a_user_is_made_with_its_policies_or_not_at_all(directory, policies):
    directory.create_user(HERE, "bob", ["viewer", "caller"])
    assert policies.attached(Holder("user", HERE, "bob")) == ["caller", "viewer"]
    with pytest.raises(Missing, match="There is no policy nobodys"):
        directory.create_user(HERE, "carol", ["nobodys"])
    with pytest.raises(Missing, match="There is no policy nobodys"):
        directory.create_role(HERE, "writer", [HERE], policies=["nobodys"])
    assert [user.name for user in directory.users(HERE)] == ["alice", "bob"]
    assert [role.name for role in directory.roles(HERE)] == ["reader"]


# Groups


def test_users_come_into_groups_and_leave_them(directory):
    directory.create_user(HERE, "bob")
    for name in ("alice", "bob", "alice"):
        directory.groups.add(HERE, "staff", name)
    directory.policies.attach(STAFF, "viewer")
    (staff,) = directory.groups.in_account(HERE)
    assert (staff.users, staff.policies, staff.arn) == (
        ("alice", "bob"),
        ("viewer",),
        f"arn:aws:iam::{HERE}:group/staff",
    )
    assert directory.policies_of_user(HERE, "alice") == ["staff/viewer"]
    directory.groups.remove(HERE, "staff", "alice")
    assert directory.groups.of(HERE, "alice") == []
    with pytest.raises(Missing, match="User alice is not in the group staff"):
        directory.groups.remove(HERE, "staff", "alice")


def test_a_group_that_somebody_is_in_is_not_deleted(directory):
    directory.groups.add(HERE, "staff", "alice")
    with pytest.raises(Busy, match="alice are in the group staff; remove them first"):
        directory.groups.delete(HERE, "staff")


def test_a_group_has_a_name_of_its_own_in_its_account(directory):
    with pytest.raises(Taken):
        directory.groups.create(HERE, "staff")
    with pytest.raises(Wrong):
        directory.groups.create(HERE, "the staff")
    directory.groups.create(ELSEWHERE, "staff")
    with pytest.raises(Missing, match=f"There is no user alice in account {ELSEWHERE}"):
        directory.groups.add(ELSEWHERE, "staff", "alice")


def test_a_user_is_in_ten_groups_at_most(directory):
    for number in range(10):
        directory.groups.create(HERE, f"g{number}")
        directory.groups.add(HERE, f"g{number}", "alice")
    with pytest.raises(TooMuch, match="User alice is in 10 groups already"):
        directory.groups.add(HERE, "staff", "alice")


# Tags


def test_tags_of_users_and_roles_are_added_changed_and_removed(directory):
    for holder in (ALICE, READER):
        directory.set_tags(holder, {"team": "boards", "site": "north"})
        directory.set_tags(holder, {"team": "cookies"}, ["site", "nobodys"])
        assert directory.tags(holder) == {"team": "cookies"}
    assert [user.tags for user in directory.users(HERE)] == [{"team": "cookies"}]
    assert [role.tags for role in directory.roles(HERE)] == [{"team": "cookies"}]


@pytest.mark.parametrize(
    "tags",
    [
        {"aws:team": "a"},
        {"AWS:team": "a"},
        {"": "a"},
        {"k" * 129: "a"},
        {"a*": "b"},
        {"team": "v" * 257},
        {"team": "${aws:username}"},
        {"Team": "a", "team": "b"},
    ],
)
def test_tags_that_conditions_could_not_tell_apart_are_refused(tags, directory):
    with pytest.raises(Wrong):
        directory.set_tags(ALICE, tags)
    assert directory.tags(ALICE) == {}


def test_there_are_fifty_tags_at_most_and_none_on_groups(directory):
    directory.set_tags(ALICE, {f"k{number}": "" for number in range(50)})
    with pytest.raises(TooMuch, match="would have 51 tags; 50 are the most"):
        directory.set_tags(ALICE, {"one more": ""})
    with pytest.raises(Wrong, match="A group has no tags"):
        directory.tags(STAFF)
