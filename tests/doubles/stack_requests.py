"""A request an operation of CloudFormation, for the test of the rights that each asks for."""

from doubles.houses import HERE

TEMPLATE = '{"Resources": {"P": {"Type": "AWS::LookoutVision::Project", "Properties": {"ProjectName": "p"}}}}'
NONE = {"StackName": "none"}
ROLE = {"RoleARN": f"arn:aws:iam::{HERE}:role/none"}
NEW = {"StackName": "new", "TemplateBody": TEMPLATE}
CHANGES = {"StackName": "new", "ChangeSetName": "changes"}
CREATING = {**CHANGES, "TemplateBody": TEMPLATE, "ChangeSetType": "CREATE"}
DETECTION = {"StackDriftDetectionId": "1" * 36}
RULE = '{"Effect": "Allow", "Principal": "*", "Action": "Update:*", "Resource": "*"}'
POLICY = {"StackPolicyBody": f'{{"Statement": {RULE}}}'}
PROTECTING = "with a stack policy"
PASSING, NAMING, OF_ALL = "with RoleARN", "with StackName", "with no StackName"

REQUESTS = [
    ("cloudformation", "CancelUpdateStack", NONE, ""),
    ("cloudformation", "ContinueUpdateRollback", NONE, ""),
    ("cloudformation", "CreateChangeSet", CREATING, ""),
    ("cloudformation", "CreateChangeSet", {**CREATING, **ROLE}, PASSING),
    ("cloudformation", "CreateStack", NEW, ""),
    ("cloudformation", "CreateStack", {**NEW, **ROLE}, PASSING),
    ("cloudformation", "CreateStack", {**NEW, **POLICY}, PROTECTING),
    ("cloudformation", "DeleteChangeSet", CHANGES, ""),
    ("cloudformation", "DeleteStack", NONE, ""),
    ("cloudformation", "DeleteStack", {**NONE, **ROLE}, PASSING),
    ("cloudformation", "DescribeChangeSet", CHANGES, ""),
    ("cloudformation", "DescribeStackDriftDetectionStatus", DETECTION, ""),
    ("cloudformation", "DescribeStackEvents", NONE, ""),
    ("cloudformation", "DescribeStackResource", {**NONE, "LogicalResourceId": "P"}, ""),
    ("cloudformation", "DescribeStackResourceDrifts", NONE, ""),
    ("cloudformation", "DescribeStackResources", NONE, ""),
    ("cloudformation", "DescribeStacks", NONE, NAMING),
    ("cloudformation", "DescribeStacks", {}, OF_ALL),
    ("cloudformation", "DetectStackDrift", NONE, ""),
    ("cloudformation", "DetectStackResourceDrift", {**NONE, "LogicalResourceId": "P"}, ""),
    ("cloudformation", "EstimateTemplateCost", {"TemplateBody": TEMPLATE}, ""),
    ("cloudformation", "ExecuteChangeSet", CHANGES, ""),
    ("cloudformation", "GetStackPolicy", NONE, ""),
    ("cloudformation", "GetTemplate", NONE, ""),
    ("cloudformation", "GetTemplateSummary", NONE, NAMING),
    ("cloudformation", "GetTemplateSummary", {"TemplateBody": TEMPLATE}, OF_ALL),
    ("cloudformation", "ListChangeSets", NONE, ""),
    ("cloudformation", "ListExports", {}, ""),
    ("cloudformation", "ListImports", {"ExportName": "none"}, ""),
    ("cloudformation", "ListStackResources", NONE, ""),
    ("cloudformation", "ListStacks", {}, ""),
    ("cloudformation", "SetStackPolicy", NONE, ""),
    ("cloudformation", "SignalResource", {**NONE, "LogicalResourceId": "P"}, ""),
    ("cloudformation", "UpdateStack", {**NONE, "TemplateBody": TEMPLATE}, ""),
    ("cloudformation", "UpdateStack", {**NONE, "TemplateBody": TEMPLATE, **POLICY}, PROTECTING),
    ("cloudformation", "UpdateTerminationProtection", {**NONE, "EnableTerminationProtection": True}, ""),
    ("cloudformation", "ValidateTemplate", {"TemplateBody": TEMPLATE}, ""),
]
