"""Write src/vedette/wire/shapes from botocore: the facts of the services, without their prose.

Kept are names, types, limits, patterns, enums, errors, HTTP bindings, paginators and waiters;
an allow-list decides, so that a new kind of prose cannot slip in. Of Rekognition only the
Custom Labels operations are described; the others keep their names, so that the server can
say that it has not built them. Run by `make generate`; a test compares.
"""

# ruff: noqa: SIM905  (lists of words read better as text)

import gzip
import json
import sys
from pathlib import Path
from typing import Any

import botocore

sys.path.insert(0, str(Path(__file__).parent))

from computed_files import wants_check, write_or_check

# The last release that describes lookoutvision; its successors would write other files.
BOTOCORE = "1.40.60"
SHAPES = Path(__file__).parent.parent / "src" / "vedette" / "wire" / "shapes"

CUSTOM_LABELS = frozenset(
    """
    CopyProjectVersion CreateDataset CreateProject CreateProjectVersion DeleteDataset DeleteProject
    DeleteProjectPolicy DeleteProjectVersion DescribeDataset DescribeProjectVersions DescribeProjects
    DetectCustomLabels DistributeDatasetEntries ListDatasetEntries ListDatasetLabels ListProjectPolicies
    ListTagsForResource PutProjectPolicy StartProjectVersion StopProjectVersion TagResource UntagResource
    UpdateDatasetEntries
    """.split()
)
# What the audit trail answers; the others, of trails that AWS keeps, are known by their names.
CLOUDTRAIL = frozenset(
    """
    CreateTrail DeleteTrail DescribeTrails GetEventSelectors GetTrail GetTrailStatus ListPublicKeys ListTrails
    LookupEvents PutEventSelectors StartLogging StopLogging UpdateTrail
    """.split()
)
# Of CloudFormation what is done with stacks of one account; not its registry, sets of stacks and generators.
STACKS = frozenset(
    """
    CancelUpdateStack ContinueUpdateRollback CreateChangeSet CreateStack DeleteChangeSet DeleteStack
    DescribeChangeSet DescribeStackDriftDetectionStatus DescribeStackEvents DescribeStackResource
    DescribeStackResourceDrifts DescribeStackResources DescribeStacks DetectStackDrift
    DetectStackResourceDrift EstimateTemplateCost ExecuteChangeSet GetStackPolicy GetTemplate
    GetTemplateSummary ListChangeSets ListExports ListImports ListStackResources ListStacks SetStackPolicy
    SignalResource UpdateStack UpdateTerminationProtection ValidateTemplate
    """.split()
)
# Of CloudWatch, whose clients sign as `monitoring`, figures, dashboards, alarms and their tags.
FIGURES = frozenset(
    """
    DeleteAlarms DeleteDashboards DescribeAlarmHistory DescribeAlarms DescribeAlarmsForMetric
    DisableAlarmActions EnableAlarmActions GetDashboard GetMetricData GetMetricStatistics ListDashboards
    ListMetrics ListTagsForResource PutDashboard PutMetricAlarm PutMetricData SetAlarmState TagResource
    UntagResource
    """.split()
)
# Of Lambda what is done with functions of one version; not its layers, versions, aliases and event sources.
FUNCTIONS = frozenset(
    """
    AddPermission CreateFunction DeleteFunction DeleteFunctionEventInvokeConfig GetFunction
    GetFunctionConfiguration GetFunctionEventInvokeConfig GetFunctionRecursionConfig GetPolicy Invoke
    ListFunctionEventInvokeConfigs ListFunctions PutFunctionEventInvokeConfig PutFunctionRecursionConfig
    RemovePermission UpdateFunctionCode UpdateFunctionConfiguration UpdateFunctionEventInvokeConfig
    """.split()
)
# Of EventBridge what is done with rules on a schedule; not its patterns, buses, archives and destinations.
RULES = frozenset(
    """
    DeleteRule DescribeRule DisableRule EnableRule ListRuleNamesByTarget ListRules ListTargetsByRule PutRule
    PutTargets RemoveTargets
    """.split()
)
# Of CloudWatch Logs what is done with logs that functions write; not its queries, filters and deliveries.
LOGS = frozenset(
    """
    DeleteLogGroup DeleteRetentionPolicy DescribeLogGroups DescribeLogStreams FilterLogEvents GetLogEvents
    PutRetentionPolicy
    """.split()
)
# Folders of botocore's that are not called as their service signs, as ours are.
SIGNED_AS = {"cloudwatch/2010-08-01": "monitoring/2010-08-01"}
SERVICES = {
    "cloudformation/2010-05-15": STACKS,
    "cloudtrail/2013-11-01": CLOUDTRAIL,
    "cloudwatch/2010-08-01": FIGURES,
    "events/2015-10-07": RULES,
    "iam/2010-05-08": None,
    "kms/2014-11-01": None,
    "lambda/2015-03-31": FUNCTIONS,
    "logs/2014-03-28": LOGS,
    "lookoutvision/2020-11-20": None,
    "rekognition/2016-06-27": CUSTOM_LABELS,
    "s3/2006-03-01": None,
    "sts/2011-06-15": None,
}

METADATA = frozenset(
    """
    apiVersion auth checksumFormat endpointPrefix globalEndpoint jsonVersion protocol protocols
    serviceAbbreviation serviceFullName serviceId signatureVersion signingName targetPrefix uid xmlNamespace
    """.split()
)
OPERATION = frozenset("auth authtype errors http httpChecksum idempotent input name output".split())
SHAPE = frozenset(
    """
    box enum error event eventstream exception fault flattened key locationName max member members min
    pattern payload required requiresLength sensitive streaming timestampFormat type value xmlNamespace
    """.split()
)
REFERENCE = frozenset(
    """
    box eventpayload flattened idempotencyToken jsonvalue location locationName resultWrapper shape streaming
    timestampFormat xmlAttribute xmlNamespace
    """.split()
)


def read(path: Path) -> Any:
    """Return a JSON file's content, packed or not; None where there is no such file."""
    packed = path.with_name(path.name + ".gz")
    if packed.exists():
        return json.loads(gzip.decompress(packed.read_bytes()))
    return json.loads(path.read_bytes()) if path.exists() else None


def only(facts: dict[str, Any], retained: frozenset[str]) -> dict[str, Any]:
    """Return the part of a mapping whose keys are kept."""
    return {key: value for key, value in facts.items() if key in retained}


def bare_shape(shape: dict[str, Any]) -> dict[str, Any]:
    """Return a shape without prose; the names of members are never mistaken for keys of a shape."""
    bare = only(shape, SHAPE)
    if "members" in bare:
        bare["members"] = {name: only(member, REFERENCE) for name, member in bare["members"].items()}
    for part in ("member", "key", "value"):
        if part in bare:
            bare[part] = only(bare[part], REFERENCE)
    return bare


def bare_operation(operation: dict[str, Any], *, described: bool) -> dict[str, Any]:
    """Return an operation without prose; one that is not described keeps its name and address."""
    if not described:
        return only(operation, frozenset(("name", "http")))
    bare = only(operation, OPERATION)
    for part in ("input", "output"):
        if part in bare:
            bare[part] = only(bare[part], REFERENCE)
    if "errors" in bare:
        bare["errors"] = [only(error, frozenset(("shape",))) for error in bare["errors"]]
    return bare


def reachable(operations: dict[str, Any], shapes: dict[str, Any]) -> set[str]:
    """Return the names of the shapes that the operations lead to."""
    result: set[str] = set()
    waiting = [
        reference["shape"]
        for operation in operations.values()
        for reference in [operation.get("input"), operation.get("output"), *operation.get("errors", [])]
        if reference
    ]
    while waiting:
        name = waiting.pop()
        if name in result:
            continue
        result.add(name)
        shape = shapes[name]
        inside = [*shape.get("members", {}).values()]
        inside += [shape[part] for part in ("member", "key", "value") if part in shape]
        waiting += [reference["shape"] for reference in inside]
    return result


def bare_service(model: dict[str, Any], described: frozenset[str] | None) -> dict[str, Any]:
    """Return the facts of a service."""
    operations = {
        name: bare_operation(operation, described=described is None or name in described)
        for name, operation in model["operations"].items()
    }
    shapes = {name: bare_shape(shape) for name, shape in model["shapes"].items()}
    retained = reachable(operations, shapes)
    return {
        "version": model["version"],
        "metadata": only(model["metadata"], METADATA),
        "operations": operations,
        "shapes": {name: shape for name, shape in shapes.items() if name in retained},
    }


def bare_rules(rules: Any) -> Any:
    """Return an endpoint rule set with every sentence in it replaced by our own short one."""
    if isinstance(rules, list):
        return [bare_rules(rule) for rule in rules]
    if not isinstance(rules, dict):
        return rules
    bare = {key: bare_rules(value) for key, value in rules.items() if key != "documentation"}
    if isinstance(bare.get("error"), str):
        bare["error"] = "no endpoint for these options"
    return bare


def lines(facts: dict[str, Any]) -> str:
    """Return JSON with one line for each operation, shape or entry: small, and readable as a difference."""

    def flat(value: Any) -> str:
        # Members keep botocore's order, which is the order of the documentation.
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    parts = []
    for key, value in facts.items():
        if isinstance(value, dict) and value and all(isinstance(item, dict) for item in value.values()):
            inner = ",\n".join(f"  {flat(name)}:{flat(value[name])}" for name in sorted(value))
            parts.append(f" {flat(key)}:{{\n{inner}\n }}")
        else:
            parts.append(f" {flat(key)}:{flat(value)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def bare_waiters(waiters: dict[str, Any]) -> dict[str, Any]:
    """Return the waiters without what describes them."""
    retained = frozenset(("operation", "delay", "maxAttempts", "acceptors"))
    return {
        "version": 2,
        "waiters": {name: only(item, retained) for name, item in waiters["waiters"].items()},
    }


def files(source: Path) -> dict[str, str]:
    """Return every shape file by its path, from botocore's data folder."""
    files: dict[str, str] = {}
    for service, described in SERVICES.items():
        folder, service = source / service, SIGNED_AS.get(service, service)
        files[f"{service}/service-2.json"] = lines(bare_service(read(folder / "service-2.json"), described))
        pages = read(folder / "paginators-1.json")["pagination"]
        pages = {name: item for name, item in pages.items() if described is None or name in described}
        files[f"{service}/paginators-1.json"] = lines({"pagination": pages})
        waiters = read(folder / "waiters-2.json")
        if waiters:
            bare = bare_waiters(waiters)
            bare["waiters"] = {
                name: item
                for name, item in bare["waiters"].items()
                if described is None or item["operation"] in described
            }
            files[f"{service}/waiters-2.json"] = lines(bare)
    # `vedette sdk install` gives this folder to clients, and they want to know the endpoints.
    service = "lookoutvision/2020-11-20"
    rules = read(source / service / "endpoint-rule-set-1.json")
    files[f"{service}/endpoint-rule-set-1.json"] = lines(bare_rules(rules))
    return files


def main() -> int:
    """Write the files, or with --check say which differ."""
    check = wants_check(__doc__.splitlines()[0])
    if botocore.__version__ != BOTOCORE:
        print(f"botocore {BOTOCORE} is needed; this is {botocore.__version__}", file=sys.stderr)
        return 1
    source = Path(botocore.__file__).parent / "data"
    return write_or_check({SHAPES / name: text for name, text in files(source).items()}, check=check)


if __name__ == "__main__":
    sys.exit(main())
