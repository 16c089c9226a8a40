"""Which services may have a function called: its own policy says so, and is asked before each event."""

from vedette.access.judge import judge
from vedette.access.parse import parse_policy
from vedette.access.policy import PolicyKind
from vedette.access.request import AccessRequest, AccessSubject, SubjectKind
from vedette.errors import MalformedPolicy
from vedette.functions.store import Function, FunctionPlace

BUCKETS, RULES = "s3.amazonaws.com", "events.amazonaws.com"
CALLERS = (BUCKETS, RULES)
INVOKE = "lambda:InvokeFunction"


def lets_call(function: Function, caller: str, source: str, account: str) -> bool:
    """Say whether a function's policy lets a service call it for something (an ARN) of an account."""
    if not function.policy:
        return False
    try:
        policy = parse_policy(function.policy, PolicyKind.FUNCTION, name=f"of {function.name}")
    except MalformedPolicy:
        return False
    subject = AccessSubject(SubjectKind.SERVICE, name=caller)
    context = {**subject.context(), "aws:sourcearn": source, "aws:sourceaccount": account}
    request = AccessRequest(subject, INVOKE, function.arn, function.place.account, context)
    return judge(request, resource=(policy,), stands_alone=True).allowed


def place_of(arn: str) -> tuple[FunctionPlace, str]:
    """Return where the function of an ARN is, and its name; nowhere for what names none."""
    parts = arn.split(":")
    if len(parts) != 7 or parts[:3] != ["arn", "aws", "lambda"] or parts[5] != "function":
        return FunctionPlace("", ""), arn
    return FunctionPlace(parts[4], parts[3]), parts[6]
