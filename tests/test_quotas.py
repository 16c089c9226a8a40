"""An account has the quota of all, or one of its own."""

import pytest

from vedette.errors import Wrong
from vedette.quotas import Quota, read_exceptions
from vedette.settings import Settings, read_settings

ONE, OTHER, THIRD = "111122223333", "444455556666", "777788889999"


def test_who_is_not_named_has_what_all_have():
    quota = Quota(3, {ONE: 0, OTHER: 8})
    assert [quota.of(account) for account in (ONE, OTHER, THIRD)] == [0, 8, 3]


@pytest.mark.parametrize(
    ("quota", "holds"),
    [(Quota(), False), (Quota(0, {ONE: 0}), False), (Quota(2), True), (Quota(0, {ONE: 1}), True)],
)
def test_a_quota_that_holds_nobody_is_none(quota, holds):
    assert quota.holds_anybody is holds


@pytest.mark.parametrize(
    ("text", "exceptions"),
    [
        ("", {"trainings": {}, "units": {}}),
        (f"{ONE} trainings=4 units=0", {"trainings": {ONE: 4}, "units": {ONE: 0}}),
        (f" {ONE}  units=1 ,\n{OTHER} units=2,", {"trainings": {}, "units": {ONE: 1, OTHER: 2}}),
        (f"{ONE} units=1, {ONE} trainings=2", {"trainings": {ONE: 2}, "units": {ONE: 1}}),
    ],
)
def test_exceptions_are_read(text, exceptions):
    assert read_exceptions(text) == exceptions


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("11112222333 units=1", "names no account of twelve digits"),
        (ONE, "names no account of twelve digits with what it may have"),
        (f"{ONE}=4", "names no account of twelve digits"),
        ("１１１１２２２２３３３３ units=1", "names no account of twelve digits"),
        (f"{ONE} unit=1", "'unit=1' is no quota"),
        (f"{ONE} units=-1", "'units=-1' is no quota"),
        (f"{ONE} units=many", "'units=many' is no quota"),
        (f"{ONE} units", "'units' is no quota"),
        (f"{ONE} units=1; {OTHER} units=2", "'units=1;' is no quota"),
        (f"{ONE} units=1, {ONE} units=2", f"the account {ONE} has two quotas of units"),
    ],
)
def test_what_cannot_be_an_exception_is_refused_by_name(text, words):
    with pytest.raises(Wrong, match=r"^VEDETTE_ACCOUNT_EXCEPTIONS cannot be ") as refused:
        read_settings(account_exceptions=text)
    assert words in refused.value.sentence


def test_settings_give_each_account_its_quota():
    settings = Settings(account_trainings=2, account_exceptions=f"{ONE} trainings=5, {OTHER} units=7")
    assert settings.quota_of("trainings") == Quota(2, {ONE: 5})
    assert settings.quota_of("units") == Quota(0, {OTHER: 7})
