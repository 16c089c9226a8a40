"""What each operation of CloudFormation asks for; the services of its resources ask for theirs."""

from vedette.api.permissions import REQUEST_TAGS, Permission

STACK = "stack/NAME/UUID"
PASSED = Permission(
    "iam:PassRole", "arn:aws:iam::ACCOUNT:role/NAME", ("iam:PassedToService",), "with RoleARN"
)
OF_A_STACK = (
    "CancelUpdateStack", "ContinueUpdateRollback", "CreateChangeSet", "CreateStack", "DeleteChangeSet",
    "DeleteStack", "DescribeChangeSet", "DescribeStackEvents", "DescribeStackResource",
    "DescribeStackResourceDrifts", "DescribeStackResources", "DetectStackDrift", "DetectStackResourceDrift",
    "ExecuteChangeSet", "GetStackPolicy", "GetTemplate", "ListChangeSets", "ListStackResources",
    "SetStackPolicy", "SignalResource", "UpdateStack", "UpdateTerminationProtection",
)  # fmt: skip
OF_ALL = (
    "DescribeStackDriftDetectionStatus", "EstimateTemplateCost", "ListExports", "ListImports", "ListStacks",
    "ValidateTemplate",
)  # fmt: skip
WITH_A_ROLE = ("ContinueUpdateRollback", "CreateChangeSet", "CreateStack", "DeleteStack", "UpdateStack")
POLICY_SET = Permission("cloudformation:SetStackPolicy", STACK, condition="with a stack policy")
WITH_A_POLICY = ("CreateStack", "UpdateStack")
WITH_TAGS = ("CreateChangeSet", "CreateStack", "UpdateStack")


def _of_stack(operation: str) -> tuple[Permission, ...]:
    keys = REQUEST_TAGS if operation in WITH_TAGS else ()
    own = Permission(f"cloudformation:{operation}", STACK, keys)
    passed = (PASSED,) if operation in WITH_A_ROLE else ()
    return (own, *passed, *((POLICY_SET,) if operation in WITH_A_POLICY else ()))


PERMISSIONS: dict[str, tuple[Permission, ...]] = {
    **{operation: _of_stack(operation) for operation in OF_A_STACK},
    **{operation: (Permission(f"cloudformation:{operation}"),) for operation in OF_ALL},
    "DescribeStacks": (
        Permission("cloudformation:DescribeStacks", STACK, condition="with StackName"),
        Permission("cloudformation:DescribeStacks", condition="with no StackName"),
    ),
    "GetTemplateSummary": (
        Permission("cloudformation:GetTemplateSummary", STACK, condition="with StackName"),
        Permission("cloudformation:GetTemplateSummary", condition="with no StackName"),
    ),
}
