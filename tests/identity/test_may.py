import pytest

from doubles.houses import as_administrator
from vedette.arn import Arn
from vedette.errors import Denied
from vedette.identity.may import RESOURCE_ACCOUNT, may, require
from vedette.identity.principal import Principal

ALICE = as_administrator(
    Principal("111122223333", "arn:aws:iam::111122223333:user/alice", "AIDAALICE", "alice", "AKIAALICE")
)


def project(account):
    return Arn("rekognition", "eu-west-1", account, "project/boards/1")


@pytest.mark.parametrize(
    ("principal", "resource", "context", "allowed"),
    [
        (ALICE, project("111122223333"), None, True),
        (ALICE, project("999999999999"), None, False),
        (ALICE, str(project("999999999999")), None, False),
        (ALICE, "*", None, True),
        (ALICE, "arn:aws:s3:::pictures", None, True),
        (ALICE, "arn:aws:s3:::pictures", {RESOURCE_ACCOUNT: "111122223333"}, True),
        (ALICE, "arn:aws:s3:::pictures", {RESOURCE_ACCOUNT: "999999999999"}, False),
        (None, project("111122223333"), None, False),
        (None, "*", None, False),
    ],
)
def test_an_administrator_may_do_everything_in_its_own_account_alone(principal, resource, context, allowed):
    assert may(principal, "rekognition:DeleteProject", resource, context) is allowed


def test_a_refusal_names_who_wanted_what():
    with pytest.raises(Denied) as refused:
        require(
            ALICE, "lookoutvision:DeleteProject", "arn:aws:lookoutvision:us-east-1:999999999999:project/p"
        )
    assert refused.value.sentence == (
        "User: arn:aws:iam::111122223333:user/alice is not authorized to perform: "
        "lookoutvision:DeleteProject on resource: arn:aws:lookoutvision:us-east-1:999999999999:project/p"
    )


def test_an_unsigned_caller_is_called_anonymous():
    with pytest.raises(Denied, match="User: anonymous is not authorized"):
        require(None, "s3:GetObject", "arn:aws:s3:::pictures/a.jpg")


def test_what_is_allowed_passes_silently():
    require(ALICE, "rekognition:DescribeProjects", "*")
