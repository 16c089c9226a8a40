"""Run by a foreign Python: a function called, put on a schedule, and its log read. Prints one JSON object."""

import io
import json
import sys
import zipfile

import boto3

name = sys.argv[1]
functions, events, logs = boto3.client("lambda"), boto3.client("events"), boto3.client("logs")
role = boto3.client("iam").get_role(RoleName="sorting")["Role"]["Arn"]
SOURCE = """
import boto3
def handle(event, context):
    if "Fail" in event:
        raise ValueError("it cannot be")
    print("handled", event["a"])
    boto3.client("s3").put_object(Bucket="sorted", Key=event["a"], Body=b"")
    return {"stream": context.log_stream_name}
"""
packed = io.BytesIO()
with zipfile.ZipFile(packed, "w") as bundle:
    bundle.writestr("a.py", SOURCE)
made = functions.create_function(
    FunctionName=name, Role=role, Runtime="python3.12", Handler="a.handle", Timeout=60, MemorySize=256,
    Code={"ZipFile": packed.getvalue()},
)  # fmt: skip
arn = made["FunctionArn"]
functions.get_waiter("function_active_v2").wait(FunctionName=name)
answer = functions.invoke(FunctionName=name, Payload=json.dumps({"a": name}))
stream = json.loads(answer["Payload"].read())["stream"]
failed = functions.invoke(FunctionName=name, Payload=b'{"Fail": 1}')
found = {"failed": json.loads(failed["Payload"].read())["errorType"]}
rule = events.put_rule(Name=name, ScheduleExpression="cron(0 2 ? * MON-FRI *)")["RuleArn"]
functions.add_permission(
    FunctionName=name, StatementId="rule", Action="lambda:InvokeFunction", Principal="events.amazonaws.com",
    SourceArn=rule,
)  # fmt: skip
found["refused"] = events.put_targets(Rule=name, Targets=[{"Id": "1", "Arn": arn}])["FailedEntryCount"]
pages = events.get_paginator("list_rules").paginate(NamePrefix=name)
found["rules"] = [each["ScheduleExpression"] for page in pages for each in page["Rules"]]
found["targets"] = [each["Id"] for each in events.list_targets_by_rule(Rule=name)["Targets"]]
events.remove_targets(Rule=name, Ids=["1"])
events.delete_rule(Name=name)
try:
    events.describe_rule(Name=name)
except events.exceptions.ResourceNotFoundException:
    found["gone"] = True
group = f"/aws/lambda/{name}"
pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group, filterPattern="handled")
found["lines"] = [event["message"].replace(name, "NAME") for page in pages for event in page["events"]]
read = logs.get_log_events(logGroupName=group, logStreamName=stream, startFromHead=True)["events"]
found["stream"] = read[0]["message"].startswith("START RequestId:")
logs.put_retention_policy(logGroupName=group, retentionInDays=7)
[described] = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
found["days"] = described["retentionInDays"]
functions.delete_function(FunctionName=name)
print(json.dumps(found))
