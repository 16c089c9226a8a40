"""What each operation of Vedette's own service asks for: its own action, on things of the other services."""

from vedette.api.permissions import DENY_ALONE, REQUEST_TAGS, RESOURCE_TAG, Permission, reads, writes

PROJECT = (
    "arn:aws:rekognition:REGION:ACCOUNT:project/NAME/CREATED or "
    "arn:aws:lookoutvision:REGION:ACCOUNT:project/NAME"
)
MODEL = (
    "arn:aws:rekognition:REGION:ACCOUNT:project/NAME/version/VERSION/CREATED or "
    "arn:aws:lookoutvision:REGION:ACCOUNT:model/NAME/VERSION"
)


DEVICE = "arn:aws:vedette:REGION:ACCOUNT:device/NAME"
KEY = "arn:aws:kms:REGION:ACCOUNT:key/KEY"
USER, GROUP, POLICY = (f"arn:aws:iam::ACCOUNT:{kind}/NAME" for kind in ("user", "group", "policy"))
PACKED_HERE, SIGNED_ELSEWHERE = "with Packages of a packaging job", "with Packages that you signed yourself"
EXAMPLE = (
    "arn:aws:rekognition:REGION:ACCOUNT:project/NAME* or arn:aws:lookoutvision:REGION:ACCOUNT:project/NAME*"
)


def _about(action: str, resource: str) -> tuple[Permission, ...]:
    return (Permission(f"vedette:{action}", resource),)


TAGGED = (RESOURCE_TAG, "iam:ResourceTag/KEY")


def _people(action: str, resource: str, *, right: str = "") -> tuple[Permission, ...]:
    """Return IAM's right, and that of ours which may be denied (decisions/0391)."""
    tagged = TAGGED if resource == USER else ()
    denied_alone = Permission(f"vedette:{action}", resource, condition=DENY_ALONE)
    return (Permission(f"iam:{right or action}", resource, tagged), denied_alone)


def _attach(verb: str, resource: str, condition: str) -> Permission:
    kind = "User" if resource == USER else "Group"
    tagged = TAGGED if resource == USER else ()
    return Permission(f"iam:{verb}{kind}Policy", resource, (*tagged, "iam:PolicyARN"), condition)


def _on(action: str, resource: str) -> tuple[Permission, ...]:
    return (Permission(f"vedette:{action}", resource, (RESOURCE_TAG,)),)


def _trial(action: str) -> tuple[Permission, ...]:
    """Return what reads and begins trials: of Lookout that service's own action, of the others ours."""
    project = "arn:aws:rekognition:REGION:ACCOUNT:project/NAME/CREATED"
    return (
        Permission(f"vedette:{action}", project, (RESOURCE_TAG,), "with a project of Custom Labels"),
        Permission(f"lookoutvision:{action}", "*", condition="with a project of Lookout for Vision"),
    )


def _detection() -> tuple[Permission, ...]:
    """Return what a batch asks for when it begins, and whenever a part of it runs."""
    (labels, anomalies), tags = MODEL.split(" or "), (RESOURCE_TAG,)
    return (
        Permission("rekognition:DetectCustomLabels", labels, tags, "with a project of Custom Labels"),
        Permission("lookoutvision:DetectAnomalies", anomalies, tags, "with a project of Lookout for Vision"),
    )


PERMISSIONS: dict[str, tuple[Permission, ...]] = {
    "AcceptDrafts": (*_on("AcceptDrafts", PROJECT), *writes("with drafts that have masks")),
    "DeleteAlias": (*_on("DeleteAlias", PROJECT), *_on("DeleteAlias", MODEL)),
    "DescribeAlias": _on("DescribeAlias", PROJECT),
    "ListAliases": _on("ListAliases", PROJECT),
    "RollBackAlias": (*_on("RollBackAlias", PROJECT), *_on("RollBackAlias", MODEL)),
    "SetAlias": _on("SetAlias", MODEL),
    "AddBackbone": (*_about("AddBackbone", "*"), *reads("of the weights", is_later=False)),
    "DeleteBackbone": _about("DeleteBackbone", "*"),
    "ListBackbones": _about("ListBackbones", "*"),
    "ChangeEntries": _on("ChangeEntries", PROJECT),
    "CheckProjectPolicy": _on("CheckProjectPolicy", PROJECT),
    "CompareVersions": _on("CompareVersions", MODEL),
    "CountEntries": _on("CountEntries", PROJECT),
    "DescribeChange": _on("DescribeChange", PROJECT),
    "DescribeCluster": _about("DescribeCluster", "*"),
    "DrainNode": _about("DrainNode", "*"),
    "ResumeNode": _about("ResumeNode", "*"),
    "DescribeServing": _on("DescribeServing", MODEL),
    "DescribeTraining": _on("DescribeTraining", MODEL),
    "DescribeTrainingFailure": _on("DescribeTrainingFailure", MODEL),
    "DiscardDrafts": _on("DiscardDrafts", PROJECT),
    "DismissSuggestions": _on("DismissSuggestions", PROJECT),
    "DownloadEdgePackage": (*_on("DownloadEdgePackage", PROJECT), *reads("")),
    "ListEdgePackages": _on("ListEdgePackages", PROJECT),
    "StartEdgePackage": (*_on("StartEdgePackage", MODEL), *writes("")),
    "CreateDevice": (Permission("vedette:CreateDevice", DEVICE, REQUEST_TAGS),),
    "CreateDeviceToken": _on("CreateDeviceToken", DEVICE),
    "DeleteDevice": _on("DeleteDevice", DEVICE),
    "DescribeDevice": _on("DescribeDevice", DEVICE),
    "GetDeviceSigningKey": _about("GetDeviceSigningKey", "*"),
    "ListDevices": _about("ListDevices", "*"),
    "UpdateDevice": (
        Permission("vedette:UpdateDevice", DEVICE, (RESOURCE_TAG, *REQUEST_TAGS)),
        Permission("vedette:DownloadEdgePackage", PROJECT, (RESOURCE_TAG,), PACKED_HERE),
        *reads(PACKED_HERE),
        Permission("vedette:OrderOwnPackage", DEVICE, (RESOURCE_TAG,), SIGNED_ELSEWHERE),
        *reads(SIGNED_ELSEWHERE, is_later=False),
    ),
    "DownloadModel": _on("DownloadModel", MODEL),
    "FindDifferent": _on("FindDifferent", PROJECT),
    "GetEvaluationColumns": _on("GetEvaluationColumns", MODEL),
    "GetEvaluationSlices": _on("GetEvaluationSlices", MODEL),
    "GetHeatMap": (*_on("GetHeatMap", MODEL), *reads("with SourceRef")),
    "GetTrainingReport": _on("GetTrainingReport", MODEL),
    "ListEvaluationImages": _on("ListEvaluationImages", MODEL),
    "GetVersionThresholds": _on("GetVersionThresholds", MODEL),
    "ListComparedImages": _on("ListComparedImages", MODEL),
    "ListDrafts": _on("ListDrafts", PROJECT),
    "ListEntries": _on("ListEntries", PROJECT),
    "ListKeyUses": _about("ListKeyUses", KEY),
    "ListNotifications": _about("ListNotifications", "*"),
    "SendTestNotification": _about("SendTestNotification", "arn:aws:sns:REGION:ACCOUNT:NAME"),
    "ListLabelSettings": _on("ListLabelSettings", PROJECT),
    "ListDismissedSuggestions": _on("ListDismissedSuggestions", PROJECT),
    "ListNextSteps": _on("ListNextSteps", PROJECT),
    "ListSuggestions": _on("ListSuggestions", PROJECT),
    "ListUsage": (
        Permission("vedette:ListUsage", "*", condition="with no ProjectArn"),
        Permission("vedette:ListUsage", PROJECT, (RESOURCE_TAG,), "with ProjectArn"),
    ),
    "ListVersionChanges": _on("ListVersionChanges", PROJECT),
    "MoveEntries": _on("MoveEntries", PROJECT),
    "PreviewTraining": _on("PreviewTraining", PROJECT),
    "PutVersionThresholds": _on("PutVersionThresholds", MODEL),
    "QueryEntries": _on("QueryEntries", PROJECT),
    "RemoveEntries": _on("RemoveEntries", PROJECT),
    "RestoreSuggestions": _on("RestoreSuggestions", PROJECT),
    "StartDrafts": _on("StartDrafts", PROJECT),
    "StartSuggestions": _on("StartSuggestions", PROJECT),
    "StopDrafts": _on("StopDrafts", PROJECT),
    "StopSuggestions": _on("StopSuggestions", PROJECT),
    "StopTraining": _on("StopTraining", MODEL),
    "UndoChange": _on("UndoChange", PROJECT),
    "UpdateEntries": _on("UpdateEntries", PROJECT),
    "UpdateLabelSettings": _on("UpdateLabelSettings", PROJECT),
    "UpdateModelDescription": _on("UpdateModelDescription", MODEL),
    "CountChanges": _on("CountChanges", PROJECT),
    "CreateSnapshot": _on("CreateSnapshot", PROJECT),
    "DeleteSnapshot": _on("DeleteSnapshot", PROJECT),
    "DescribeRestoration": _on("DescribeRestoration", PROJECT),
    "DescribeSnapshot": _on("DescribeSnapshot", PROJECT),
    "ListChanges": _on("ListChanges", PROJECT),
    "ListEntryEvents": _on("ListEntryEvents", PROJECT),
    "ListSnapshots": _on("ListSnapshots", PROJECT),
    "RestoreSnapshot": (
        *_on("RestoreSnapshot", PROJECT),
        *_on("UpdateEntries", PROJECT),
        Permission("vedette:RemoveEntries", PROJECT, (RESOURCE_TAG,), "without OnlyLabels"),
    ),
    "RevertChange": (
        *_on("RevertChange", PROJECT),
        *_on("UpdateEntries", PROJECT),
        Permission("vedette:RemoveEntries", PROJECT, (RESOURCE_TAG,), "of a change that added entries", True),
        Permission("vedette:MoveEntries", PROJECT, (RESOURCE_TAG,), "of a change that moved entries", True),
    ),
    "DescribeFeedback": _on("DescribeFeedback", MODEL),
    "UpdateFeedback": (*_on("UpdateFeedback", MODEL), *writes("with Enabled")),
    "AddTrialPictures": (
        *_on("AddTrialPictures", PROJECT),
        *_on("UpdateEntries", PROJECT),
        Permission("vedette:MoveEntries", PROJECT, (RESOURCE_TAG,), "of the other dataset's pictures", True),
        *reads(""),
        *writes("with masks that the model drew"),
    ),
    "DeleteTrialDetection": _on("DeleteTrialDetection", PROJECT),
    "DescribeTrialDetection": _trial("DescribeTrialDetection"),
    "GetTrialMask": _trial("DescribeTrialDetection"),
    "ListTrialDetections": _trial("ListTrialDetections"),
    "ListTrialPictures": _trial("DescribeTrialDetection"),
    "StartTrialDetection": (
        *_trial("StartTrialDetection"),
        Permission("s3:ListBucket", "arn:aws:s3:::BUCKET", condition="with Address"),
        Permission("vedette:ListEntries", PROJECT, (RESOURCE_TAG,), "with DatasetType"),
        *reads(""),
    ),
    "StopTrialDetection": _on("StopTrialDetection", PROJECT),
    "VerifyTrialPictures": _on("VerifyTrialPictures", PROJECT),
    "AddImportPiece": _on("AddImportPiece", PROJECT),
    "CancelImport": _on("CancelImport", PROJECT),
    "ConfigureImport": _on("ConfigureImport", PROJECT),
    "CreateImport": (
        *_on("CreateImport", PROJECT),
        Permission("s3:ListBucket", "arn:aws:s3:::BUCKET", condition="with Source.Kind bucket"),
        *reads("with Source.Kind bucket"),
        Permission("vedette:ListEntries", PROJECT, (RESOURCE_TAG,), "with Source.Kind dataset"),
    ),
    "DeleteImport": _on("DeleteImport", PROJECT),
    "DescribeImport": _on("DescribeImport", PROJECT),
    "GetImportManifest": _on("GetImportManifest", PROJECT),
    "ListImportLines": _on("ListImportLines", PROJECT),
    "ListImports": _on("ListImports", PROJECT),
    "MendImportLines": _on("MendImportLines", PROJECT),
    "ReadImport": (*_on("ReadImport", PROJECT), *reads("with Source.Kind bucket")),
    "RunImport": (
        *_on("RunImport", PROJECT),
        *_on("UpdateEntries", PROJECT),
    ),
    "DeleteBatchDetection": _on("DeleteBatchDetection", PROJECT),
    "DescribeBatchDetection": _on("DescribeBatchDetection", PROJECT),
    "GetBatchResults": (*_on("GetBatchResults", PROJECT), *reads("")),
    "ListBatchDetections": _on("ListBatchDetections", PROJECT),
    "ResumeBatchDetection": (*_on("ResumeBatchDetection", PROJECT), *_detection()),
    "StartBatchDetection": (
        *_on("StartBatchDetection", PROJECT),
        *_detection(),
        Permission("s3:ListBucket", "arn:aws:s3:::BUCKET"),
        *writes(""),
        *reads(""),
    ),
    "StopBatchDetection": _on("StopBatchDetection", PROJECT),
    "ContinueLoop": _on("ContinueLoop", PROJECT),
    "DeleteLoop": _on("DeleteLoop", PROJECT),
    "DescribeLoop": _on("DescribeLoop", PROJECT),
    "ListLoops": _on("ListLoops", PROJECT),
    "StartLoop": _on("StartLoop", PROJECT),
    "StopLoop": _on("StopLoop", PROJECT),
    "CancelExport": _on("CancelExport", PROJECT),
    "CreateExport": (
        *_on("CreateExport", PROJECT),
        *_on("ListEntries", PROJECT),
        Permission("s3:ListBucket", "arn:aws:s3:::BUCKET"),
        *writes(""),
    ),
    "DeleteExport": _on("DeleteExport", PROJECT),
    "DescribeExport": _on("DescribeExport", PROJECT),
    "ListExports": _on("ListExports", PROJECT),
    "AssignRound": _on("AssignRound", PROJECT),
    "CancelRound": _on("CancelRound", PROJECT),
    "CreateRound": _on("CreateRound", PROJECT),
    "DeleteRound": _on("DeleteRound", PROJECT),
    "DescribeRound": _on("DescribeRound", PROJECT),
    "DescribeRoundAgreement": _on("DescribeRoundAgreement", PROJECT),
    "EndRound": _on("EndRound", PROJECT),
    "ReassignTasks": _on("ReassignTasks", PROJECT),
    "ListRoundPeople": _on("ListRoundPeople", PROJECT),
    "ListRoundPictures": _on("ListRoundPictures", PROJECT),
    "ListRounds": _on("ListRounds", PROJECT),
    "PreviewHandBack": _on("PreviewHandBack", PROJECT),
    "ReviewAnswers": _on("ReviewAnswers", PROJECT),
    "UpdateRound": _on("UpdateRound", PROJECT),
    "HandBackRound": (*_on("HandBackRound", PROJECT), *_on("UpdateEntries", PROJECT)),
    "ResolveRoundConflicts": (*_on("ResolveRoundConflicts", PROJECT), *_on("UpdateEntries", PROJECT)),
    "GetMyRound": _about("GetMyRound", "*"),
    "ListMyRounds": _about("ListMyRounds", "*"),
    "ListMyTasks": _about("ListMyTasks", "*"),
    "SubmitAnswers": _about("SubmitAnswers", "*"),
    "NoteAnswer": _about("NoteAnswer", "*"),
    "PutRoundMask": _about("PutRoundMask", "*"),
    "CreateAccessKey": _people("CreateAccessKey", USER),
    "CreateGroup": (*_people("CreateGroup", GROUP), _attach("Attach", GROUP, "with Policies")),
    "CreateUser": (
        *_people("CreateUser", USER),
        _attach("Attach", USER, "with Policies"),
        Permission("iam:AddUserToGroup", GROUP, condition="with Groups"),
    ),
    "DeleteAccessKey": _people("DeleteAccessKey", USER),
    "DeleteGroup": _people("DeleteGroup", GROUP),
    "DeletePolicy": _people("DeletePolicy", POLICY),
    "DeleteUser": _people("DeleteUser", USER),
    "EndConsoleSession": _about("EndConsoleSession", "*"),
    "ListConsoleSessions": _about("ListConsoleSessions", "*"),
    "RemoveSecondFactors": _people("RemoveSecondFactors", USER, right="DeactivateMFADevice"),
    "GetUser": _people("GetUser", USER),
    "ListGroups": _people("ListGroups", "*"),
    "ListPolicies": _people("ListPolicies", "*"),
    "ListUsers": _people("ListUsers", "*"),
    "PutPolicy": (
        Permission("iam:CreatePolicy", POLICY),
        Permission("iam:CreatePolicyVersion", POLICY, condition="with the name of a policy that there is"),
        Permission("vedette:PutPolicy", POLICY, condition=DENY_ALONE),
    ),
    "UpdateAccessKey": _people("UpdateAccessKey", USER),
    "UpdateGroup": (
        *_people("UpdateGroup", GROUP, right="GetGroup"),
        _attach("Attach", GROUP, "with AttachPolicies"),
        _attach("Detach", GROUP, "with DetachPolicies"),
        Permission("iam:DeleteGroupPolicy", GROUP, condition="with DetachPolicies of its own, inline:NAME"),
    ),
    "UpdateUser": (
        *_people("UpdateUser", USER, right="GetUser"),
        _attach("Attach", USER, "with AttachPolicies"),
        _attach("Detach", USER, "with DetachPolicies"),
        Permission("iam:DeleteUserPolicy", USER, TAGGED, "with DetachPolicies of its own, inline:NAME"),
        Permission("iam:AddUserToGroup", GROUP, condition="with JoinGroups"),
        Permission("iam:RemoveUserFromGroup", GROUP, condition="with LeaveGroups"),
        Permission("iam:TagUser", USER, (*TAGGED, *REQUEST_TAGS), "with Tags"),
        Permission("iam:UntagUser", USER, (*TAGGED, "aws:TagKeys"), "with RemoveTags"),
    ),
    "CreateExampleProject": (
        Permission("vedette:CreateExampleProject", EXAMPLE),
        Permission(
            "s3:CreateBucket", "arn:aws:s3:::BUCKET", condition="where the account has none for uploads"
        ),
        *writes(""),
    ),
}
