"""Stacks made and waited for, as tests of several lanes do it."""

import time


def given(**parameters):
    """Return parameters as CloudFormation takes them."""
    return [{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()]


def settled(stacks, name, seconds=60):
    """Return a stack once nothing is under way."""
    deadline = time.monotonic() + seconds
    while (stack := stacks.describe_stacks(StackName=name)["Stacks"][0])["StackStatus"].endswith("PROGRESS"):
        assert time.monotonic() < deadline, stack
        time.sleep(0.1)
    return stack


def put_stack(stacks, name, template, capabilities=(), **parameters):
    """Create a stack, or update the one that is there, and return it once nothing is under way."""
    names = {stack["StackName"] for stack in stacks.describe_stacks()["Stacks"]}
    ask = stacks.update_stack if name in names else stacks.create_stack
    ask(
        StackName=name,
        TemplateBody=template,
        Parameters=given(**parameters),
        Capabilities=list(capabilities),
    )
    return settled(stacks, name)


def events_of(stacks, name):
    """Return what happened to a stack, the newest first."""
    return [
        (event["LogicalResourceId"], event["ResourceStatus"], event.get("ResourceStatusReason", ""))
        for page in stacks.get_paginator("describe_stack_events").paginate(StackName=name)
        for event in page["StackEvents"]
    ]
