"""`aws cloudtrail validate-logs`, unmodified, verifies what was delivered, and finds what was changed."""

import gzip
import json
import re
import subprocess
import time
from datetime import UTC, datetime, timedelta

import pytest

from doubles.clients import customer, run

pytestmark = [pytest.mark.clients, pytest.mark.timeout(900)]


def test_the_aws_cli_validates_delivered_logs(server, newest, tmp_path):
    environment = customer(server, tmp_path)

    def aws(*words):
        return run(str(newest / "aws"), *words, env=environment, cwd=tmp_path)

    bucket, since = "validated-logs", datetime.now(UTC) - timedelta(minutes=5)  # noqa: TID251  (the CLI's own)
    aws("s3", "mb", f"s3://{bucket}")
    words = ["--s3-bucket-name", bucket, "--enable-log-file-validation"]
    arn = json.loads(aws("cloudtrail", "create-trail", "--name", "checked", *words))["TrailARN"]
    aws("cloudtrail", "start-logging", "--name", "checked")
    aws("iam", "create-group", "--group-name", "validated")
    aws("cloudtrail", "stop-logging", "--name", "checked")
    for _ in range(100):
        if "LatestDigestDeliveryTime" in aws("cloudtrail", "get-trail-status", "--name", "checked"):
            break
        time.sleep(0.2)
    check = ["cloudtrail", "validate-logs", "--trail-arn", arn, "--start-time", f"{since:%Y-%m-%dT%H:%M:%SZ}"]
    printed = aws(*check)
    assert "1/1 digest files valid" in printed
    # Two where what other tests do was delivered in between.
    assert re.search(r"^(1|2)/\1 log files valid", printed, re.MULTILINE), printed
    s3 = server.client("s3")
    keys = [item["Key"] for item in s3.list_objects_v2(Bucket=bucket)["Contents"]]
    events = next(key for key in keys if "/CloudTrail/" in key)
    s3.put_object(Bucket=bucket, Key=events, Body=gzip.compress(b'{"Records":[]}'))
    again = subprocess.run(
        [str(newest / "aws"), *check],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert again.returncode == 1
    assert "INVALID: hash value doesn't match" in again.stdout + again.stderr
    aws("cloudtrail", "delete-trail", "--name", "checked")
