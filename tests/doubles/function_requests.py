"""A request for each operation of functions, their schedules and logs, for tests/api/test_permissions.py."""

import io
import zipfile

from vedette.functions.functions import Functions
from vedette.functions.store import FunctionPlace, FunctionSettings

ROLE = "arn:aws:iam::111122223333:role/sorting"
BY_NAME = {"FunctionName": "sorter"}
PUT = {"S3Bucket": "pictures", "S3Key": "code.zip"}
NEW = {"FunctionName": "new", "Role": ROLE, "Handler": "a.handle", "Runtime": "python3.12"}
SOURCE = {**BY_NAME, "StatementId": "s", "Action": "lambda:InvokeFunction", "Principal": "s3.amazonaws.com"}

RULE, LOG = {"Name": "nightly"}, {"logGroupName": "/aws/lambda/sorter"}


def zipped(source: str = "def handle(event, context):\n    return event\n", name: str = "a.py") -> bytes:
    """Return code as a request brings it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as bundle:
        bundle.writestr(name, source)
    return buffer.getvalue()


def make_function(functions: Functions, account: str, region: str) -> None:
    """Make the function and the schedule that the requests name."""
    settings = FunctionSettings("a.handle", ROLE, "python3.12")
    functions.create(FunctionPlace(account, region), "sorter", settings, zipped())
    place = FunctionPlace(account, region)
    functions.rules.put(place, "nightly", "cron(0 2 * * ? *)")
    functions.keep_log(functions.find(place, "sorter"), "1", "printed\n")


REQUESTS = [
    ("lambda", "AddPermission", SOURCE, ""),
    ("lambda", "CreateFunction", {**NEW, "Code": {"ZipFile": b"no zip"}}, ""),
    ("lambda", "CreateFunction", {**NEW, "Code": PUT}, "with S3Bucket"),
    ("lambda", "DeleteFunction", BY_NAME, ""),
    ("lambda", "DeleteFunctionEventInvokeConfig", BY_NAME, ""),
    ("lambda", "GetFunction", BY_NAME, ""),
    ("lambda", "GetFunctionConfiguration", BY_NAME, ""),
    ("lambda", "GetFunctionEventInvokeConfig", BY_NAME, ""),
    ("lambda", "GetFunctionRecursionConfig", BY_NAME, ""),
    ("lambda", "GetPolicy", BY_NAME, ""),
    ("lambda", "Invoke", {**BY_NAME, "InvocationType": "DryRun"}, ""),
    ("lambda", "ListFunctionEventInvokeConfigs", BY_NAME, ""),
    ("lambda", "ListFunctions", {}, ""),
    ("lambda", "PutFunctionEventInvokeConfig", {**BY_NAME, "MaximumRetryAttempts": 1}, ""),
    ("lambda", "PutFunctionRecursionConfig", {**BY_NAME, "RecursiveLoop": "Allow"}, ""),
    ("lambda", "RemovePermission", {**BY_NAME, "StatementId": "none"}, ""),
    ("lambda", "UpdateFunctionCode", {**BY_NAME, "ZipFile": zipped()}, ""),
    ("lambda", "UpdateFunctionCode", {**BY_NAME, **PUT}, "with S3Bucket"),
    ("lambda", "UpdateFunctionConfiguration", {**BY_NAME, "Timeout": 10}, ""),
    ("lambda", "UpdateFunctionConfiguration", {**BY_NAME, "Role": ROLE}, "with Role"),
    ("lambda", "UpdateFunctionEventInvokeConfig", {**BY_NAME, "MaximumRetryAttempts": 1}, ""),
    ("events", "DeleteRule", {"Name": "none"}, ""),
    ("events", "DescribeRule", RULE, ""),
    ("events", "DisableRule", RULE, ""),
    ("events", "EnableRule", RULE, ""),
    ("events", "ListRuleNamesByTarget", {"TargetArn": "arn:aws:lambda:us-east-1:0:function:sorter"}, ""),
    ("events", "ListRules", {}, ""),
    ("events", "ListTargetsByRule", {"Rule": "nightly"}, ""),
    ("events", "PutRule", {**RULE, "ScheduleExpression": "rate(1 day)"}, ""),
    ("events", "PutTargets", {"Rule": "nightly", "Targets": []}, ""),
    ("events", "RemoveTargets", {"Rule": "nightly", "Ids": ["a"]}, ""),
    ("logs", "DeleteLogGroup", LOG, ""),
    ("logs", "DeleteRetentionPolicy", LOG, ""),
    ("logs", "DescribeLogGroups", {}, ""),
    ("logs", "DescribeLogStreams", LOG, ""),
    ("logs", "FilterLogEvents", LOG, ""),
    ("logs", "GetLogEvents", {**LOG, "logStreamName": "server"}, ""),
    ("logs", "PutRetentionPolicy", {**LOG, "retentionInDays": 7}, ""),
]
