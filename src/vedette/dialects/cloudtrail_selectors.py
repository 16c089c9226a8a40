"""Event selectors: which of an account's events a trail delivers, in CloudTrail's basic and advanced form.

A selection is kept as it was given, under `basic` or `advanced`; nothing of it is passed over. Detections are
data here as objects are, with types of our own beside CloudTrail's: it has none for them.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any, NoReturn

from vedette.audit.event import AuditEvent
from vedette.dialects.cloudtrail import DATA, name_of, source_of
from vedette.errors import Wrong

OBJECTS, VERSIONS, MODELS = "AWS::S3::Object", "AWS::Rekognition::ProjectVersion", "AWS::LookoutVision::Model"
ARNS = {OBJECTS: "arn:aws:s3", VERSIONS: "arn:aws:rekognition", MODELS: "arn:aws:lookoutvision"}
SERVICES = {"s3": OBJECTS, "rekognition": VERSIONS, "lookoutvision": MODELS}
# CloudTrail's quotas.
MOST_SELECTORS, MOST_VALUES, MOST_CONDITIONS = 5, 250, 500
EXCLUDABLE = ("kms.amazonaws.com", "rdsdata.amazonaws.com")
KINDS = ("All", "ReadOnly", "WriteOnly")
Selection = Mapping[str, Any]


def is_data(event: AuditEvent) -> bool:
    """Say whether an event is of contents, rather than of the management of things."""
    return event.operation in DATA


def arns_of(event: AuditEvent) -> tuple[str, ...]:
    """Return the ARNs of what a data event is about; those that end with / stand for all below."""
    facts = event.parameters or {}
    if event.service == "s3":
        bucket, key = facts.get("Bucket", ""), facts.get("Key", "")
        return (f"arn:aws:s3:::{bucket}/{key}",) if bucket else ()
    if event.service == "lookoutvision" and "ProjectName" in facts:
        name, version = facts["ProjectName"], facts.get("ModelVersion", "")
        return (f"arn:aws:lookoutvision:{event.region}:{event.caller.account}:model/{name}/{version}",)
    return event.resources


def is_selected(selection: Selection, event: AuditEvent) -> bool:
    """Say whether a trail delivers an event. What changes a trail is always delivered."""
    if event.service == "cloudtrail" and not event.reads:
        return True
    if "basic" in selection:
        return any(_is_in_basic(selector, event) for selector in selection["basic"])
    return any(
        all(_is_in_field(rule, event) for rule in selector["FieldSelectors"])
        for selector in selection["advanced"]
    )


def reads_selected(selection: Selection) -> tuple[bool, bool]:
    """Return whether a trail wants what only reads: of the management, and of contents."""
    management = contents = False
    for selector in selection.get("basic", ()):
        if selector.get("ReadWriteType", "All") != "WriteOnly":
            management |= selector.get("IncludeManagementEvents", True)
            contents |= bool(selector.get("DataResources"))
    for selector in selection.get("advanced", ()):
        rules = {rule["Field"]: rule for rule in selector["FieldSelectors"]}
        if "true" in rules.get("readOnly", {"Equals": ["true"]})["Equals"]:
            is_contents = rules["eventCategory"]["Equals"] == ["Data"]
            management |= not is_contents
            contents |= is_contents
    return management, contents


def _is_in_basic(selector: Mapping[str, Any], event: AuditEvent) -> bool:
    kind = selector.get("ReadWriteType", "All")
    if kind != "All" and (kind == "ReadOnly") != event.reads:
        return False
    if not is_data(event):
        excluded = selector.get("ExcludeManagementEventSources", ())
        return selector.get("IncludeManagementEvents", True) and source_of(event) not in excluded
    kind_of_data = SERVICES.get(event.service)
    kinds = [data for data in selector.get("DataResources", ()) if data["Type"] == kind_of_data]
    return any(_is_below(arn, value) for data in kinds for value in data["Values"] for arn in arns_of(event))


def _is_below(arn: str, value: str) -> bool:
    # Of several objects at once only the bucket is known: such an event may be of these, and is delivered.
    return arn.startswith(value) or (arn.endswith("/") and value.startswith(arn))


FIELDS: dict[str, Callable[[AuditEvent], Collection[str]]] = {
    "eventCategory": lambda event: ("Data" if is_data(event) else "Management",),
    "readOnly": lambda event: (str(event.reads).lower(),),
    "eventName": lambda event: (name_of(event),),
    "eventSource": lambda event: (source_of(event),),
    "eventType": lambda event: ("AwsConsoleSignIn" if event.service == "signin" else "AwsApiCall",),
    "userIdentity.arn": lambda event: (event.caller.arn,),
    "resources.type": lambda event: (SERVICES.get(event.service, ""),),
    "resources.ARN": arns_of,
}
TESTS: dict[str, Callable[[str, str], bool]] = {
    "Equals": lambda value, expected: value == expected,
    "StartsWith": str.startswith,
    "EndsWith": str.endswith,
}


def _is_in_field(rule: Mapping[str, Any], event: AuditEvent) -> bool:
    values = FIELDS[rule["Field"]](event)
    positive = [(TESTS[name], text) for name in TESTS for text in rule.get(name, ())]
    negative = [(TESTS[name], text) for name in TESTS for text in rule.get(f"Not{name}", ())]
    if positive and not any(test(value, text) for test, text in positive for value in values):
        return False
    return not any(test(value, text) for test, text in negative for value in values)


def read_basic(selectors: list[dict[str, Any]]) -> Selection:
    """Return a selection in the basic form; Wrong where it could not be obeyed as it is."""
    if not 1 <= len(selectors) <= MOST_SELECTORS:
        _refuse(f"a trail has 1 to {MOST_SELECTORS} of them")
    for selector in selectors:
        _check_basic(selector)
    resources = [data for selector in selectors for data in selector.get("DataResources", ())]
    if sum(len(data["Values"]) for data in resources) > MOST_VALUES:
        _refuse(f"they have {MOST_VALUES} data resources together at most")
    return {"basic": selectors}


def _check_basic(selector: Mapping[str, Any]) -> None:
    if selector.get("ReadWriteType", "All") not in KINDS:
        _refuse(f"ReadWriteType is one of {', '.join(KINDS)}")
    for source in selector.get("ExcludeManagementEventSources", ()):
        if source not in EXCLUDABLE:
            _refuse(f"ExcludeManagementEventSources holds {' or '.join(EXCLUDABLE)} alone")
    for data in selector.get("DataResources", ()):
        _check_data(data.get("Type", ""), data.get("Values") or [])
    if not selector.get("IncludeManagementEvents", True) and not selector.get("DataResources"):
        _refuse("one that includes neither management events nor data delivers nothing")


def _check_data(kind: str, values: list[str]) -> None:
    if kind not in ARNS:
        _refuse(f"the type {kind[:100]} of DataResources is not one of {', '.join(ARNS)}")
    if not values or not all(value.startswith(ARNS[kind]) for value in values):
        _refuse(f"the Values of {kind} begin with {ARNS[kind]}")


def read_advanced(selectors: list[dict[str, Any]]) -> Selection:
    """Return a selection in the advanced form; Wrong where it could not be obeyed as it is."""
    if not selectors:
        _refuse("there is no selector among them")
    count = 0
    for selector in selectors:
        rules = selector["FieldSelectors"]
        names = [rule["Field"] for rule in rules]
        if len(set(names)) < len(names):
            _refuse("each Field is given once in a selector")
        for rule in rules:
            count += _check_field(rule)
        equal = {rule["Field"]: rule.get("Equals", []) for rule in rules}
        category = equal.get("eventCategory")
        if category not in (["Management"], ["Data"]):
            _refuse("each has an eventCategory that Equals Management or Data, by itself")
        types = equal.get("resources.type", [])
        if category == ["Data"] and not (types and set(types) <= set(ARNS)):
            _refuse(f"one of data has a resources.type that Equals one of {', '.join(ARNS)}")
    if count > MOST_CONDITIONS:
        _refuse(f"they have {MOST_CONDITIONS} values together at most")
    return {"advanced": selectors}


def _check_field(rule: Mapping[str, Any]) -> int:
    """Hold one field to what there is, and return how many values it has."""
    name = rule["Field"]
    if name not in FIELDS:
        _refuse(f"the Field {name[:100]} is not one of {', '.join(FIELDS)}")
    tests = [(test, rule[test]) for test in (*TESTS, *(f"Not{test}" for test in TESTS)) if rule.get(test)]
    if not tests:
        _refuse(f"the Field {name} is compared with nothing")
    if name in ("eventCategory", "readOnly", "resources.type") and [test for test, _ in tests] != ["Equals"]:
        _refuse(f"the Field {name} takes Equals alone")
    if name == "readOnly" and not set(rule["Equals"]) <= {"true", "false"}:
        _refuse("readOnly Equals true or false")
    return sum(len(values) for _, values in tests)


def _refuse(problem: str) -> NoReturn:
    raise Wrong(f"The event selectors cannot be used: {problem}.", kind="event selectors")
