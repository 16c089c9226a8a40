"""Of the tour's house what people trust: a hostile key that encrypts a bucket, and hostile alarms."""

from typing import Any
from urllib.parse import quote

from playwright.sync_api import Locator, Page

from doubles.servers import RunningServer

ALIAS = "line-7/" + "a-very-long-name-of-a-key_" * 8
KEY_PATH = "/console/keys/" + f"alias/{ALIAS}".replace("/", "%2F")
SEALED = "sealed-on-every-page"
DESCRIPTION = "<img src=x onerror=alert(1)> \u202egnp " + "pictures of the night shift " * 20


def make_key(server: RunningServer) -> None:
    """Make a key with a long name, tags of markup, and a bucket that puts objects under it."""
    kms, s3 = server.client("kms"), server.client("s3")
    tags = [{"TagKey": "team", "TagValue": "night shift + day shift @ hall 2 " * 7}]
    key = kms.create_key(Description=DESCRIPTION, Tags=tags)["KeyMetadata"]["Arn"]
    kms.create_alias(AliasName=f"alias/{ALIAS}", TargetKeyId=key)
    kms.enable_key_rotation(KeyId=key)
    kms.rotate_key_on_demand(KeyId=key)
    kms.disable_key(KeyId=kms.create_key()["KeyMetadata"]["KeyId"])
    s3.create_bucket(Bucket=SEALED)
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}}
    s3.put_bucket_encryption(Bucket=SEALED, ServerSideEncryptionConfiguration={"Rules": [rule]})
    s3.put_object(Bucket=SEALED, Key="plate.txt", Body=b"sealed")


ALARM = '<img src=x onerror=alert(1)> / "1" ' + "a-very-long-alarm-name_" * 9
ALARM_PATH = f"/console/alarms/{quote(ALARM, safe='')}"
SILENT: dict[str, Any] = {
    "Namespace": "AWS/LookoutVision",
    "MetricName": "SuccessfulRequestCount",
    "Statistic": "Sum",
    "Period": 3600,
    "EvaluationPeriods": 2,
    "Threshold": 1,
    "ComparisonOperator": "LessThanThreshold",
    "TreatMissingData": "breaching",
}


def make_alarms(server: RunningServer, project: str) -> None:
    """Make an alarm with a name of markup that was tried, and one of somebody's own figure."""
    cloudwatch = server.client("cloudwatch")
    topic = "arn:aws:sns:us-east-1:000000000000:night-shift"
    of_version = [{"Name": "ProjectName", "Value": project}, {"Name": "ModelVersion", "Value": "1"}]
    cloudwatch.put_metric_alarm(
        **SILENT, AlarmName=ALARM, Dimensions=of_version, AlarmDescription=DESCRIPTION, AlarmActions=[topic]
    )
    cloudwatch.set_alarm_state(AlarmName=ALARM, StateValue="ALARM", StateReason=DESCRIPTION)
    own = SILENT | {"Namespace": "Plant", "MetricName": "W" * 200}
    cloudwatch.put_metric_alarm(**own, AlarmName="plant", AlarmActions=[f"{topic}-of-nobody"])


def named_alarm(page: Page) -> Locator:
    """Return the row of the alarm."""
    return page.get_by_role("link", name="a-very-long-alarm-name")


def called_topic(page: Page) -> Locator:
    """Return the line of the alarm's history that says whom it called, or could not."""
    return page.get_by_text("night-shift could not be called")


def told_topic(page: Page) -> Locator:
    """Return the row of the delivery to a topic that heard nothing."""
    return page.get_by_text("Not heard yet").first


def named_key(page: Page) -> Locator:
    """Return the row of the key, whose name says that keys and names were read."""
    return page.get_by_role("link", name=ALIAS)


def encrypted_bucket(page: Page) -> Locator:
    """Return the row of the bucket on the key's page, which comes last."""
    return page.get_by_role("rowheader", name=SEALED)
