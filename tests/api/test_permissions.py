"""Every operation of every dialect asks for the rights that the reference page lists: these and no others.

S3's are held to their page over the wire, in tests/api/s3/test_permissions.py.
"""

import asyncio
import contextlib
import inspect
import json
import re
import shutil
import uuid
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from doubles.function_requests import REQUESTS as FUNCTION_REQUESTS
from doubles.function_requests import make_function, zipped
from doubles.houses import HERE, MovedClock, a_caller, a_house
from doubles.iam_requests import REQUESTS as IAM_REQUESTS
from doubles.lines import a_line, an_anomaly_line
from doubles.recording import Recorder
from doubles.stack_requests import REQUESTS as STACK_REQUESTS
from vedette.access.actions import KNOWN
from vedette.access.parse import parse_policy
from vedette.access.policy import PolicyKind
from vedette.api.operations import OperationsDoor
from vedette.api.own.examples import EXAMPLES
from vedette.api.permissions import DENY_ALONE
from vedette.audit.trails import Trail
from vedette.devices.values import DevicePlace, NewDevice
from vedette.encryption.keys import NewEncryptionKey
from vedette.encryption.names import random_id
from vedette.encryption.values import KeyPlace
from vedette.errors import Denied, Refusal
from vedette.projects.aliases import AliasChange
from vedette.projects.project import Scope
from vedette.projects.projects import NewProject
from vedette.projects.version_states import NewVersion
from vedette.server.doors import SERVICES
from vedette.store.db import open_database

DIALECTS = {door.name: door for door in SERVICES if isinstance(door, OperationsDoor) and door.permissions}
TABLES = {name: door.permissions for name, door in DIALECTS.items()}
# What policies and ARNs call a service, where its clients sign with another name.
PREFIXES = {name: door.prefix or name for name, door in DIALECTS.items()}
REGION, MOMENT = "eu-west-1", "1777896000000"
BASE = f"arn:aws:rekognition:{REGION}:{HERE}:project/boards"
PROJECT, VERSION = f"{BASE}/{MOMENT}", f"{BASE}/version/v1/{MOMENT}"
TRAIN, TEST = f"{BASE}/dataset/train/{MOMENT}", f"{BASE}/dataset/test/{MOMENT}"
DOORS, MODEL = (
    f"arn:aws:lookoutvision:{REGION}:{HERE}:project/doors",
    f"arn:aws:lookoutvision:{REGION}:{HERE}:model/doors/1",
)
TWO_VERSIONS = {"FirstModelArn": VERSION, "SecondModelArn": VERSION}
PNG = b"\x89PNG\r\n\x1a\n"
OUT = {"S3Bucket": "out", "S3KeyPrefix": "results"}
PLACE = {"Bucket": "pictures", "Name": "m.manifest"}
POLICY = {
    "Version": "2012-10-17",
    "Statement": {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "rekognition:CopyProjectVersion",
        "Resource": "*",
    },
}
TAGS, LISTED = {"stage": "live"}, [{"Key": "stage", "Value": "live"}]
COPY = {
    "SourceProjectArn": PROJECT,
    "SourceProjectVersionArn": VERSION,
    "DestinationProjectArn": PROJECT,
    "VersionName": "copy",
    "OutputConfig": OUT,
}
TRAINING = {"ProjectArn": PROJECT, "VersionName": "v2", "OutputConfig": OUT}
NEW_DATASET = {"ProjectArn": f"{BASE[: -len('boards')]}empty/{MOMENT}", "DatasetType": "TRAIN"}
COPIED_DATASET = {**NEW_DATASET, "DatasetSource": {"DatasetArn": TRAIN}}
NAMED = {"ProjectArn": PROJECT, "PolicyName": "p"}
LINE = {"GroundTruth": a_line(9, "a").encode()}
DOORS_TRAIN = {"ProjectName": "doors", "DatasetType": "train"}
ONE = {"ProjectName": "doors", "ModelVersion": "1"}
NEW_MODEL = {"ProjectName": "doors", "OutputConfig": {"S3Location": {"Bucket": "out"}}}
PACKAGING = {
    "Greengrass": {
        "TargetPlatform": {"Os": "LINUX", "Arch": "X86_64"},
        "S3OutputLocation": {"Bucket": "out"},
        "ComponentName": "doors",
    }
}
EDGE = {"ModelArn": VERSION, "ComponentName": "boards", "Address": "s3://out/edge"}
KEY_ID = "11111111-2222-3333-4444-555555555555"
BY_KEY, BY_ALIAS = {"KeyId": KEY_ID}, {"KeyId": "alias/boards"}
# Its head names the key, which is all that rights depend on.
CIPHERTEXT = {"CiphertextBlob": b"\x01" + uuid.UUID(KEY_ID).bytes + (1).to_bytes(4, "big") + bytes(32)}
NO_GRANT = {**BY_KEY, "GrantId": "0" * 64}
GRANT = {**BY_KEY, "GranteePrincipal": f"arn:aws:iam::{HERE}:root", "Operations": ["Decrypt"]}
KEY_TAGS = [{"TagKey": "stage", "TagValue": "live"}]
KEY_POLICY = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Principal": {"AWS": HERE}, "Action": "kms:*", "Resource": "*"},
}
PACKED = {"ProjectArn": PROJECT, "JobName": "none"}
SIGNED = {"Address": "s3://pictures/belt.zip", "PublicKey": "A" * 43}
PACKED_HERE, PACKED_ELSEWHERE = "with Packages of a packaging job", "with Packages that you signed yourself"
ENTRIES = {"ProjectArn": PROJECT, "DatasetType": "TRAIN"}
IMPORT = {"ProjectArn": DOORS, "ImportId": "0" * 32}
EXPORTED = {"ProjectArn": PROJECT, "DatasetType": "train", "Address": "s3://out/here"}
EXPORT = {"ProjectArn": DOORS, "ExportId": "0" * 32}
IN_A_BUCKET = {"Kind": "bucket", "Format": "folder", "Address": "s3://pictures/p"}
DAY = [datetime(2026, 11, 27, tzinfo=UTC), datetime(2026, 11, 28, tzinfo=UTC)]
IN_A_DATASET = {"Kind": "dataset", "Format": "manifest", "ProjectArn": PROJECT, "DatasetType": "train"}
TRIAL = {"ProjectArn": PROJECT, "TrialId": "0" * 32}
DOORS_TRIAL = {"ProjectArn": DOORS, "TrialId": "0" * 32}
NEW_TRIAL = {
    "ProjectArn": PROJECT,
    "VersionName": "v1",
    "TrialName": "extra",
    "SourceRefs": ["s3://pictures/a.png"],
}
NEW_DOORS_TRIAL = {**NEW_TRIAL, "ProjectArn": DOORS, "VersionName": "1"}
BATCH = {"ProjectArn": PROJECT, "BatchId": "0" * 32}
NEW_BATCH = {
    "ProjectArn": PROJECT,
    "VersionName": "v1",
    "BatchName": "nightly",
    "Source": "s3://pictures/p",
    "Address": "s3://out/batch",
}
LOOP = {"ProjectArn": PROJECT, "LoopId": "0" * 32}
NEW_LOOP = {"ProjectArn": PROJECT, "LoopName": "monday", "VersionName": "v1", "Address": "s3://pictures/p"}
NEW_DOORS_BATCH = {**NEW_BATCH, "ProjectArn": DOORS, "VersionName": "1"}
MY_ROUND = {"RoundId": "0" * 32}
ROUND = {"ProjectArn": PROJECT, **MY_ROUND}
WEIGHTS = {"Bucket": "pictures", "Name": "w.pth"}
LINE_3 = {"ProjectArn": PROJECT, "AliasName": "line-3"}
AN_HOUR = {
    "StartTime": datetime(2026, 5, 4, 11, tzinfo=UTC),
    "EndTime": datetime(2026, 5, 4, 12, tzinfo=UTC),
}
ALARM_ARN = f"arn:aws:cloudwatch:{REGION}:{HERE}:alarm:none"
MADE = {"Namespace": "Plant", "MetricName": "Made"}
WORD = re.compile(r"\b[A-Z]{3,}\b")

# An operation, a request that it could carry out, and which of its occasional rights that asks for.
REQUESTS = [
    ("rekognition", "CopyProjectVersion", COPY, ""),
    ("rekognition", "CopyProjectVersion", {**COPY, "Tags": TAGS}, "with Tags"),
    ("rekognition", "CopyProjectVersion", {**COPY, "KmsKeyId": KEY_ID}, "with KmsKeyId"),
    ("rekognition", "CreateDataset", NEW_DATASET, ""),
    ("rekognition", "CreateDataset", {**NEW_DATASET, "Tags": TAGS}, "with Tags"),
    ("rekognition", "CreateDataset", COPIED_DATASET, "with DatasetSource.DatasetArn"),
    ("rekognition", "CreateProject", {"ProjectName": "new"}, ""),
    ("rekognition", "CreateProject", {"ProjectName": "new", "Tags": TAGS}, "with Tags"),
    ("rekognition", "CreateProjectVersion", TRAINING, ""),
    ("rekognition", "CreateProjectVersion", {**TRAINING, "Tags": TAGS}, "with Tags"),
    ("rekognition", "CreateProjectVersion", {**TRAINING, "KmsKeyId": KEY_ID}, "with KmsKeyId"),
    ("rekognition", "DeleteDataset", {"DatasetArn": TRAIN}, ""),
    ("rekognition", "DeleteProject", {"ProjectArn": NEW_DATASET["ProjectArn"]}, ""),
    ("rekognition", "DeleteProjectPolicy", NAMED, ""),
    ("rekognition", "DeleteProjectVersion", {"ProjectVersionArn": VERSION}, ""),
    ("rekognition", "DescribeDataset", {"DatasetArn": TRAIN}, ""),
    ("rekognition", "DescribeProjectVersions", {"ProjectArn": PROJECT}, ""),
    ("rekognition", "DescribeProjects", {}, ""),
    ("rekognition", "DetectCustomLabels", {"ProjectVersionArn": VERSION, "Image": {"Bytes": PNG}}, ""),
    ("rekognition", "DistributeDatasetEntries", {"Datasets": [{"Arn": TRAIN}, {"Arn": TEST}]}, ""),
    ("rekognition", "ListDatasetEntries", {"DatasetArn": TRAIN}, ""),
    ("rekognition", "ListDatasetLabels", {"DatasetArn": TRAIN}, ""),
    ("rekognition", "ListProjectPolicies", {"ProjectArn": PROJECT}, ""),
    ("rekognition", "ListTagsForResource", {"ResourceArn": TRAIN}, ""),
    ("rekognition", "PutProjectPolicy", {**NAMED, "PolicyDocument": json.dumps(POLICY)}, ""),
    ("rekognition", "StartProjectVersion", {"ProjectVersionArn": VERSION, "MinInferenceUnits": 1}, ""),
    ("rekognition", "StopProjectVersion", {"ProjectVersionArn": VERSION}, ""),
    ("rekognition", "TagResource", {"ResourceArn": VERSION, "Tags": TAGS}, ""),
    ("rekognition", "UntagResource", {"ResourceArn": PROJECT, "TagKeys": ["stage"]}, ""),
    ("rekognition", "UpdateDatasetEntries", {"DatasetArn": TRAIN, "Changes": LINE}, ""),
    ("lookoutvision", "CreateDataset", {"ProjectName": "empty", "DatasetType": "train"}, ""),
    ("lookoutvision", "CreateModel", NEW_MODEL, ""),
    ("lookoutvision", "CreateModel", {**NEW_MODEL, "Tags": LISTED}, "with Tags"),
    ("lookoutvision", "CreateModel", {**NEW_MODEL, "KmsKeyId": "alias/boards"}, "with KmsKeyId"),
    ("lookoutvision", "CreateProject", {"ProjectName": "new"}, ""),
    ("lookoutvision", "DeleteDataset", DOORS_TRAIN, ""),
    ("lookoutvision", "DeleteModel", ONE, ""),
    ("lookoutvision", "DeleteProject", {"ProjectName": "empty"}, ""),
    ("lookoutvision", "DescribeDataset", DOORS_TRAIN, ""),
    ("lookoutvision", "DescribeModel", ONE, ""),
    ("lookoutvision", "DescribeModel", {**ONE, "ModelVersion": "latest"}, ""),
    ("lookoutvision", "DescribeModelPackagingJob", {"ProjectName": "doors", "JobName": "none"}, ""),
    ("lookoutvision", "DescribeProject", {"ProjectName": "doors"}, ""),
    ("lookoutvision", "DetectAnomalies", {**ONE, "Body": PNG, "ContentType": "image/png"}, ""),
    ("lookoutvision", "ListDatasetEntries", DOORS_TRAIN, ""),
    ("lookoutvision", "ListModelPackagingJobs", {"ProjectName": "doors"}, ""),
    ("lookoutvision", "ListModels", {"ProjectName": "doors"}, ""),
    ("lookoutvision", "ListProjects", {}, ""),
    ("lookoutvision", "ListTagsForResource", {"ResourceArn": MODEL}, ""),
    ("lookoutvision", "StartModel", {**ONE, "MinInferenceUnits": 1}, ""),
    ("lookoutvision", "StartModelPackagingJob", {**ONE, "Configuration": PACKAGING}, ""),
    ("lookoutvision", "StopModel", ONE, ""),
    ("lookoutvision", "TagResource", {"ResourceArn": MODEL, "Tags": LISTED}, ""),
    ("lookoutvision", "UntagResource", {"ResourceArn": MODEL, "TagKeys": ["stage"]}, ""),
    ("lookoutvision", "UpdateDatasetEntries", {**DOORS_TRAIN, "Changes": b"{}"}, ""),
    ("cloudtrail", "CreateTrail", {"Name": "main", "S3BucketName": "out"}, ""),
    ("cloudtrail", "DeleteTrail", {"Name": "main"}, ""),
    ("cloudtrail", "DescribeTrails", {}, ""),
    ("cloudtrail", "GetEventSelectors", {"TrailName": "main"}, ""),
    ("cloudtrail", "GetTrail", {"Name": "main"}, ""),
    ("cloudtrail", "GetTrailStatus", {"Name": "main"}, ""),
    ("cloudtrail", "ListPublicKeys", {}, ""),
    ("cloudtrail", "ListTrails", {}, ""),
    ("cloudtrail", "LookupEvents", {}, ""),
    ("cloudtrail", "PutEventSelectors", {"TrailName": "main", "EventSelectors": [{}]}, ""),
    ("cloudtrail", "StartLogging", {"Name": "main"}, ""),
    ("cloudtrail", "StopLogging", {"Name": "main"}, ""),
    ("cloudtrail", "UpdateTrail", {"Name": "main"}, ""),
    ("kms", "CancelKeyDeletion", BY_KEY, ""),
    ("kms", "CreateAlias", {"AliasName": "alias/new", "TargetKeyId": KEY_ID}, ""),
    ("kms", "CreateGrant", GRANT, ""),
    ("kms", "CreateKey", {}, ""),
    ("kms", "CreateKey", {"Tags": KEY_TAGS}, "with Tags"),
    ("kms", "Decrypt", CIPHERTEXT, ""),
    ("kms", "DeleteAlias", {"AliasName": "alias/boards"}, ""),
    ("kms", "DescribeKey", BY_ALIAS, ""),
    ("kms", "DisableKey", BY_KEY, ""),
    ("kms", "DisableKeyRotation", BY_KEY, ""),
    ("kms", "EnableKey", BY_KEY, ""),
    ("kms", "EnableKeyRotation", BY_KEY, ""),
    ("kms", "Encrypt", {**BY_ALIAS, "Plaintext": b"x"}, ""),
    ("kms", "GenerateDataKey", {**BY_KEY, "KeySpec": "AES_256"}, ""),
    ("kms", "GenerateDataKeyWithoutPlaintext", {**BY_KEY, "KeySpec": "AES_256"}, ""),
    ("kms", "GenerateRandom", {"NumberOfBytes": 8}, ""),
    ("kms", "GetKeyPolicy", BY_KEY, ""),
    ("kms", "GetKeyRotationStatus", BY_KEY, ""),
    ("kms", "ListAliases", BY_KEY, ""),
    ("kms", "ListGrants", BY_KEY, ""),
    ("kms", "ListKeyPolicies", BY_KEY, ""),
    ("kms", "ListKeyRotations", BY_KEY, ""),
    ("kms", "ListKeys", {}, ""),
    ("kms", "ListResourceTags", BY_KEY, ""),
    ("kms", "ListRetirableGrants", {"RetiringPrincipal": f"arn:aws:iam::{HERE}:root"}, ""),
    ("kms", "PutKeyPolicy", {**BY_KEY, "Policy": json.dumps(KEY_POLICY)}, ""),
    ("kms", "ReEncrypt", {**CIPHERTEXT, "DestinationKeyId": KEY_ID}, ""),
    ("kms", "RetireGrant", NO_GRANT, ""),
    ("kms", "RevokeGrant", NO_GRANT, ""),
    ("kms", "RotateKeyOnDemand", BY_KEY, ""),
    ("kms", "ScheduleKeyDeletion", BY_KEY, ""),
    ("kms", "TagResource", {**BY_KEY, "Tags": KEY_TAGS}, ""),
    ("kms", "UntagResource", {**BY_KEY, "TagKeys": ["stage"]}, ""),
    ("kms", "UpdateAlias", {"AliasName": "alias/boards", "TargetKeyId": KEY_ID}, ""),
    ("kms", "UpdateKeyDescription", {**BY_KEY, "Description": "x"}, ""),
    ("vedette", "CreateAccessKey", {"UserName": "ann"}, ""),
    ("vedette", "CreateExampleProject", {"Example": "sort-parts"}, ""),
    ("vedette", "CreateGroup", {"GroupName": "shift"}, ""),
    ("vedette", "CreateUser", {"UserName": "ann"}, ""),
    ("vedette", "DeleteAccessKey", {"UserName": "ann", "AccessKeyId": "AKIAEXAMPLE"}, ""),
    ("vedette", "DeleteGroup", {"GroupName": "shift"}, ""),
    ("vedette", "DeletePolicy", {"PolicyName": "own"}, ""),
    ("vedette", "DeleteUser", {"UserName": "ann"}, ""),
    ("vedette", "GetUser", {"UserName": "ann"}, ""),
    ("vedette", "EndConsoleSession", {"SessionId": "none"}, ""),
    ("vedette", "ListConsoleSessions", {}, ""),
    ("vedette", "RemoveSecondFactors", {"UserName": "ann"}, ""),
    ("vedette", "ListGroups", {}, ""),
    ("vedette", "ListPolicies", {}, ""),
    ("vedette", "ListUsers", {}, ""),
    ("vedette", "PutPolicy", {"PolicyName": "own", "PolicyDocument": "{}"}, ""),
    ("vedette", "UpdateAccessKey", {"UserName": "ann", "AccessKeyId": "AKIAEXAMPLE", "Enabled": False}, ""),
    ("vedette", "UpdateGroup", {"GroupName": "shift"}, ""),
    ("vedette", "UpdateUser", {"UserName": "ann"}, ""),
    ("vedette", "CreateRound", {**ENTRIES, "Name": "r", "Task": "labels"}, ""),
    ("vedette", "ListRoundPeople", {"ProjectArn": PROJECT}, ""),
    ("vedette", "ListRounds", {"ProjectArn": PROJECT}, ""),
    ("vedette", "AssignRound", ROUND, ""),
    ("vedette", "CancelRound", ROUND, ""),
    ("vedette", "DeleteRound", ROUND, ""),
    ("vedette", "DescribeRound", ROUND, ""),
    ("vedette", "DescribeRoundAgreement", ROUND, ""),
    ("vedette", "EndRound", ROUND, ""),
    ("vedette", "ReassignTasks", {**ROUND, "UserId": "AIDAANN", "ToUserIds": ["AIDABEN"]}, ""),
    ("vedette", "HandBackRound", ROUND, ""),
    ("vedette", "ListRoundPictures", ROUND, ""),
    ("vedette", "PreviewHandBack", ROUND, ""),
    ("vedette", "ReviewAnswers", ROUND, ""),
    ("vedette", "UpdateRound", ROUND, ""),
    ("vedette", "ResolveRoundConflicts", {**ROUND, "Choices": []}, ""),
    ("vedette", "GetMyRound", MY_ROUND, ""),
    ("vedette", "ListMyRounds", {}, ""),
    ("vedette", "ListMyTasks", MY_ROUND, ""),
    ("vedette", "NoteAnswer", {**MY_ROUND, "EntryId": "0" * 32, "Note": "dark"}, ""),
    ("vedette", "PutRoundMask", {**MY_ROUND, "SourceRef": "s3://pictures/m.png", "Body": PNG}, ""),
    ("vedette", "SubmitAnswers", {**MY_ROUND, "Answers": []}, ""),
    ("vedette", "DescribeCluster", {}, ""),
    ("vedette", "DrainNode", {"NodeName": "none"}, ""),
    ("vedette", "ResumeNode", {"NodeName": "none"}, ""),
    ("vedette", "DescribeServing", {"ModelArn": MODEL}, ""),
    ("vedette", "DescribeTraining", {"ModelArn": MODEL}, ""),
    ("vedette", "DownloadModel", {"ModelArn": VERSION}, ""),
    ("vedette", "GetEvaluationColumns", {"ModelArn": VERSION}, ""),
    ("vedette", "CompareVersions", TWO_VERSIONS, ""),
    ("vedette", "ListComparedImages", {**TWO_VERSIONS, "Kind": "better"}, ""),
    ("vedette", "GetEvaluationSlices", {"ModelArn": VERSION}, ""),
    ("vedette", "GetHeatMap", {"ModelArn": VERSION, "Bytes": PNG}, ""),
    ("vedette", "GetTrainingReport", {"ModelArn": VERSION}, ""),
    ("vedette", "ListEvaluationImages", {"ModelArn": VERSION, "Numbers": [0]}, ""),
    ("vedette", "GetVersionThresholds", {"ModelArn": VERSION}, ""),
    ("vedette", "PutVersionThresholds", {"ModelArn": VERSION}, ""),
    ("vedette", "ListUsage", {"Edges": DAY}, "with no ProjectArn"),
    ("vedette", "ListUsage", {"ProjectArn": PROJECT, "Edges": DAY}, "with ProjectArn"),
    ("vedette", "ListVersionChanges", {"ProjectArn": PROJECT}, ""),
    ("vedette", "PreviewTraining", {"ProjectArn": PROJECT}, ""),
    ("vedette", "StopTraining", {"ModelArn": VERSION}, ""),
    ("vedette", "DescribeTrainingFailure", {"ModelArn": VERSION}, ""),
    ("vedette", "CheckProjectPolicy", {"ProjectArn": PROJECT, "PolicyDocument": "{}"}, ""),
    ("vedette", "UpdateModelDescription", {"ModelArn": VERSION, "Description": "night-shift"}, ""),
    ("vedette", "ListEntries", ENTRIES, ""),
    ("vedette", "ListKeyUses", BY_ALIAS, ""),
    ("vedette", "ListNotifications", {}, ""),
    ("vedette", "SendTestNotification", {"TopicName": "line-4"}, ""),
    ("vedette", "ListLabelSettings", {"ProjectArn": DOORS}, ""),
    ("vedette", "MoveEntries", {**ENTRIES, "Entries": []}, ""),
    ("vedette", "ChangeEntries", {**ENTRIES, "Filter": {}, "Change": {"Kind": "remove"}}, ""),
    ("vedette", "CountEntries", ENTRIES, ""),
    ("vedette", "AddImportPiece", {**IMPORT, "Number": 0}, ""),
    ("vedette", "CancelExport", EXPORT, ""),
    ("vedette", "CreateExport", {**EXPORTED, "Format": "csv"}, ""),
    ("vedette", "DeleteExport", EXPORT, ""),
    ("vedette", "DescribeExport", EXPORT, ""),
    ("vedette", "ListExports", {"ProjectArn": DOORS}, ""),
    ("vedette", "CancelImport", IMPORT, ""),
    ("vedette", "ConfigureImport", {**IMPORT, "Options": {}}, ""),
    ("vedette", "CreateImport", {**ENTRIES, "Source": {"Kind": "files", "Format": "csv"}}, ""),
    ("vedette", "CreateImport", {**ENTRIES, "Source": IN_A_BUCKET}, "with Source.Kind bucket"),
    ("vedette", "CreateImport", {**ENTRIES, "Source": IN_A_DATASET}, "with Source.Kind dataset"),
    ("vedette", "DeleteImport", IMPORT, ""),
    ("vedette", "DescribeImport", IMPORT, ""),
    ("vedette", "GetImportManifest", IMPORT, ""),
    ("vedette", "ListImportLines", IMPORT, ""),
    ("vedette", "ListImports", {"ProjectArn": DOORS}, ""),
    ("vedette", "MendImportLines", {**IMPORT, "Kind": "leave-out", "Code": "X"}, ""),
    ("vedette", "ReadImport", IMPORT, ""),
    ("vedette", "RunImport", IMPORT, ""),
    ("vedette", "CountChanges", ENTRIES, ""),
    ("vedette", "CreateSnapshot", {**ENTRIES, "Name": "before"}, ""),
    ("vedette", "DeleteSnapshot", {**ENTRIES, "SnapshotId": "before"}, ""),
    ("vedette", "DescribeRestoration", {"ProjectArn": DOORS, "RestorationId": "0" * 32}, ""),
    ("vedette", "DescribeSnapshot", {**ENTRIES, "SnapshotId": "before"}, ""),
    ("vedette", "ListChanges", ENTRIES, ""),
    ("vedette", "ListEntryEvents", {**ENTRIES, "SourceRef": "s3://pictures/a.png"}, ""),
    ("vedette", "ListSnapshots", ENTRIES, ""),
    ("vedette", "RestoreSnapshot", {**ENTRIES, "SnapshotId": "before"}, ""),
    ("vedette", "RevertChange", {**ENTRIES, "Number": 999}, ""),
    ("vedette", "DescribeChange", {"ProjectArn": DOORS, "ChangeId": "0" * 32}, ""),
    ("vedette", "QueryEntries", ENTRIES, ""),
    ("vedette", "CreateDevice", {"DeviceName": "press-5", "Tags": TAGS}, ""),
    ("vedette", "CreateDeviceToken", {"DeviceName": "press-4"}, ""),
    ("vedette", "DeleteDevice", {"DeviceName": "press-4"}, ""),
    ("vedette", "DescribeDevice", {"DeviceName": "press-4"}, ""),
    ("vedette", "GetDeviceSigningKey", {}, ""),
    ("vedette", "ListDevices", {}, ""),
    ("vedette", "UpdateDevice", {"DeviceName": "press-4", "Tags": TAGS}, ""),
    ("vedette", "UpdateDevice", {"DeviceName": "press-4", "Packages": [PACKED]}, PACKED_HERE),
    ("vedette", "UpdateDevice", {"DeviceName": "press-4", "Packages": [SIGNED]}, PACKED_ELSEWHERE),
    ("vedette", "DownloadEdgePackage", {"ProjectArn": PROJECT, "JobName": "none", "Part": "sums"}, ""),
    ("vedette", "ListEdgePackages", {"ProjectArn": DOORS}, ""),
    ("vedette", "StartEdgePackage", EDGE, ""),
    ("vedette", "DescribeFeedback", {"ModelArn": VERSION}, ""),
    ("vedette", "UpdateFeedback", {"ModelArn": MODEL, "Enabled": False}, ""),
    ("vedette", "AddTrialPictures", {**TRIAL, "DatasetType": "train"}, ""),
    ("vedette", "DeleteBatchDetection", BATCH, ""),
    ("vedette", "DescribeBatchDetection", BATCH, ""),
    ("vedette", "GetBatchResults", BATCH, ""),
    ("vedette", "ListBatchDetections", {"ProjectArn": PROJECT}, ""),
    ("vedette", "ResumeBatchDetection", BATCH, ""),
    ("vedette", "StartBatchDetection", NEW_BATCH, "with a project of Custom Labels"),
    ("vedette", "StartBatchDetection", NEW_DOORS_BATCH, "with a project of Lookout for Vision"),
    ("vedette", "StopBatchDetection", BATCH, ""),
    ("vedette", "ContinueLoop", LOOP, ""),
    ("vedette", "DeleteLoop", LOOP, ""),
    ("vedette", "DescribeLoop", LOOP, ""),
    ("vedette", "ListLoops", {"ProjectArn": PROJECT}, ""),
    ("vedette", "StartLoop", NEW_LOOP, ""),
    ("vedette", "StopLoop", LOOP, ""),
    ("vedette", "DeleteTrialDetection", TRIAL, ""),
    ("vedette", "DescribeTrialDetection", TRIAL, "with a project of Custom Labels"),
    ("vedette", "GetTrialMask", {**TRIAL, "PictureId": 1}, "with a project of Custom Labels"),
    ("vedette", "ListTrialDetections", {"ProjectArn": PROJECT}, "with a project of Custom Labels"),
    ("vedette", "ListTrialDetections", {"ProjectArn": DOORS}, "with a project of Lookout for Vision"),
    ("vedette", "ListTrialPictures", DOORS_TRIAL, "with a project of Lookout for Vision"),
    ("vedette", "StartTrialDetection", NEW_TRIAL, "with a project of Custom Labels"),
    ("vedette", "StartTrialDetection", NEW_DOORS_TRIAL, "with a project of Lookout for Vision"),
    ("vedette", "StopTrialDetection", TRIAL, ""),
    ("vedette", "VerifyTrialPictures", {**TRIAL, "Verdicts": []}, ""),
    ("vedette", "AcceptDrafts", ENTRIES, ""),
    ("vedette", "DiscardDrafts", ENTRIES, ""),
    ("vedette", "ListDrafts", ENTRIES, ""),
    ("vedette", "StartDrafts", ENTRIES, ""),
    ("vedette", "StopDrafts", ENTRIES, ""),
    ("vedette", "ListNextSteps", {"ProjectArn": DOORS}, ""),
    ("vedette", "FindDifferent", ENTRIES, ""),
    ("vedette", "ListSuggestions", ENTRIES, ""),
    ("vedette", "ListDismissedSuggestions", ENTRIES, ""),
    ("vedette", "DismissSuggestions", ENTRIES | {"Suggestions": [{"Kind": "odd", "EntryId": "0" * 32}]}, ""),
    ("vedette", "RestoreSuggestions", ENTRIES | {"Suggestions": [{"Kind": "odd", "EntryId": "0" * 32}]}, ""),
    ("vedette", "StartSuggestions", ENTRIES, ""),
    ("vedette", "StopSuggestions", ENTRIES, ""),
    ("vedette", "RemoveEntries", {**ENTRIES, "Entries": []}, ""),
    ("vedette", "UndoChange", {"ProjectArn": DOORS, "ChangeId": "0" * 32}, ""),
    ("vedette", "UpdateEntries", {**ENTRIES, "Edits": []}, ""),
    ("monitoring", "DeleteAlarms", {"AlarmNames": ["none"]}, ""),
    ("monitoring", "ListTagsForResource", {"ResourceARN": ALARM_ARN}, ""),
    ("monitoring", "TagResource", {"ResourceARN": ALARM_ARN, "Tags": [{"Key": "a", "Value": "b"}]}, ""),
    ("monitoring", "UntagResource", {"ResourceARN": ALARM_ARN, "TagKeys": ["a"]}, ""),
    ("monitoring", "DeleteDashboards", {"DashboardNames": ["none"]}, ""),
    ("monitoring", "GetDashboard", {"DashboardName": "none"}, ""),
    ("monitoring", "ListDashboards", {}, ""),
    ("monitoring", "PutDashboard", {"DashboardName": "none", "DashboardBody": "{}"}, ""),
    ("monitoring", "DescribeAlarmHistory", {"AlarmName": "none"}, ""),
    ("monitoring", "DescribeAlarms", {}, ""),
    ("monitoring", "DescribeAlarmsForMetric", MADE, ""),
    ("monitoring", "DisableAlarmActions", {"AlarmNames": ["none"]}, ""),
    ("monitoring", "EnableAlarmActions", {"AlarmNames": ["none"]}, ""),
    ("monitoring", "PutMetricAlarm", {"AlarmName": "none"}, ""),
    ("monitoring", "SetAlarmState", {"AlarmName": "none", "StateValue": "OK", "StateReason": "a"}, ""),
    ("monitoring", "GetMetricData", {**AN_HOUR, "MetricDataQueries": []}, ""),
    ("monitoring", "GetMetricStatistics", {**AN_HOUR, **MADE, "Period": 60, "Statistics": ["Sum"]}, ""),
    ("monitoring", "ListMetrics", {}, ""),
    ("monitoring", "PutMetricData", {"Namespace": "Plant", "MetricData": [{**MADE, "Value": 1.0}]}, ""),
    ("vedette", "UpdateLabelSettings", {"ProjectArn": PROJECT, "Labels": []}, ""),
    ("vedette", "AddBackbone", {"BackboneName": "wide", "S3Object": WEIGHTS}, ""),
    ("vedette", "ListBackbones", {}, ""),
    ("vedette", "DeleteBackbone", {"BackboneName": "ours"}, ""),
    ("vedette", "DeleteAlias", LINE_3, ""),
    ("vedette", "DescribeAlias", LINE_3, ""),
    ("vedette", "ListAliases", {"ProjectArn": PROJECT}, ""),
    ("vedette", "RollBackAlias", LINE_3, ""),
    ("vedette", "SetAlias", {"ModelArn": VERSION, "AliasName": "line-4"}, ""),
]  # fmt: skip
REQUESTS += IAM_REQUESTS
REQUESTS += STACK_REQUESTS
REQUESTS += FUNCTION_REQUESTS
IDS = [f"{service}:{name} {when}".strip() for service, name, _, when in REQUESTS]
every_request = pytest.mark.parametrize(("service", "name", "request_", "when"), REQUESTS, ids=IDS)


@pytest.fixture(scope="module")
def furnished(sqlite_maker, tmp_path_factory):
    """A furnished house's database and files, which tests copy: to furnish one takes longer than a test."""
    address, folder = sqlite_maker.new()
    files = tmp_path_factory.mktemp("furnished")
    with contextlib.closing(open_database(address, folder)) as database:
        house = a_house(database, MovedClock(), files / "house")
        furnish(house)
        house.jobs.close()
        house.blobs.close()
    shutil.copy(folder / "vedette.db", files)
    return files


@pytest.fixture
def world(address, furnished, tmp_path, request, monkeypatch):
    """A project of each service with datasets and a version, and an empty one."""
    few = replace(EXAMPLES["sort-parts"], count=5)  # as many rights as for sixty pictures
    monkeypatch.setitem(EXAMPLES, "sort-parts", few)
    if address[0]:
        house = request.getfixturevalue("house")
        furnish(house)
    else:
        shutil.copy(furnished / "vedette.db", address[1])
        shutil.copytree(furnished / "house", tmp_path, dirs_exist_ok=True)
        house = request.getfixturevalue("house")
    yield house
    for version in house.versions.in_state("training", "copying"):
        house.trainings.wait(version)


def furnish(house):
    for bucket in ("out", "pictures"):
        house.blobs.make_bucket(bucket, account=HERE, region="eu-west-1")
    assert house.delivery is not None
    house.delivery.trails.make(Trail(HERE, REGION, "main", "out"))
    house.blobs.put("pictures", "m.manifest", a_line(1, "a").encode())
    house.blobs.put("pictures", "d.manifest", an_anomaly_line(1, "normal").encode())
    boards, doors = (
        house.projects.create(Scope(service, HERE, REGION), NewProject(name))
        for service, name in (("rekognition", "boards"), ("lookoutvision", "doors"))
    )
    for service in ("rekognition", "lookoutvision"):
        house.projects.create(Scope(service, HERE, REGION), NewProject("empty"))
    root = call(house, "rekognition", "CreateDataset")
    source = {"GroundTruthManifest": {"S3Object": PLACE}}
    root({"ProjectArn": PROJECT, "DatasetType": "TRAIN", "DatasetSource": source})
    root({"ProjectArn": PROJECT, "DatasetType": "TEST"})
    manifest = {"S3Object": {"Bucket": "pictures", "Key": "d.manifest"}}
    call(house, "lookoutvision", "CreateDataset")(
        {"ProjectName": "doors", "DatasetType": "train", "DatasetSource": {"GroundTruthManifest": manifest}}
    )
    assert house.datasets.wait(30)
    house.blobs.put("pictures", "code.zip", zipped())
    make_function(house.functions, HERE, REGION)
    house.devices.create(DevicePlace(HERE, REGION), NewDevice("press-4", tags=TAGS))
    house.encryption.keys.new_id = lambda: KEY_ID
    key = house.encryption.keys.create(KeyPlace(HERE, REGION), NewEncryptionKey(tags=TAGS))
    house.encryption.keys.new_id = random_id
    house.encryption.aliases.create(KeyPlace(HERE, REGION), "alias/boards", key)
    for project, name in ((boards, "v1"), (doors, "")):
        made, _ = house.versions.create(project, NewVersion(name, bucket="out"))
        house.versions.move(made, "trained")
        house.projects.tags.set(str(made.arn), {"stage": "live"})
        house.versions.aliases.set(project, "line-3", made.id, AliasChange("root"))


def call(house, service, name, policies=None):
    """Return the operation as somebody calls it who holds these policies; everything without any named."""
    caller = a_caller(PREFIXES[service])
    if policies is not None:
        caller = replace(caller, principal=replace(caller.principal, policies=tuple(policies)))
    caller = replace(caller, tags_of=house.projects.tags.peek)

    def run(request):
        result = DIALECTS[service].operations[name](house, caller, dict(request))
        return asyncio.run(_awaited(result)) if inspect.isawaitable(result) else result

    return run


async def _awaited(result):
    return await result


def is_denied(house, service, name, request, policies):
    try:
        call(house, service, name, policies)(request)
    except Denied:
        return True
    except Refusal:
        pass  # the request was let in; what else is wrong with it is another's matter
    return False


def asked(service, name, when):
    """Return the rights that the page lists for such a request, but those asked for later."""
    return [
        right
        for right in TABLES[service][name]
        if not right.is_later and (not right.condition.startswith("with ") or right.condition == when)
    ]


def arns(right, service):
    """Return a right's resources as ARNs, with words in capitals for what differs."""
    home = f"arn:aws:{PREFIXES[service]}:REGION:ACCOUNT:"
    texts = re.split(r", | or ", right.resource)
    return [text if text == "*" or text.startswith("arn:") else home + text for text in texts]


def patterns(right, service):
    return [WORD.sub("*", text) for text in arns(right, service)]


def means(right, service, question):
    texts = (re.escape(text) for text in arns(right, service))
    return question.action == right.action and any(
        re.fullmatch(WORD.sub("[^/]+", text.replace("KEY", ".+")), question.resource) for text in texts
    )


def policy(*statements):
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **each} for each in statements]}
    return parse_policy(json.dumps(document), PolicyKind.IDENTITY)


@every_request
def test_an_operation_asks_for_the_rights_that_the_page_lists(service, name, request_, when, world):
    recorder = Recorder()
    is_denied(world, service, name, request_, [recorder.policy()])
    rights, questions = asked(service, name, when), set(recorder.questions)
    unlisted = [one for one in questions if not any(means(right, service, one) for right in rights)]
    unasked = [right for right in rights if not any(means(right, service, one) for one in questions)]
    assert (unlisted, unasked) == ([], [])
    for question in questions:
        right = next(right for right in rights if means(right, service, question))
        listed = {key.replace("KEY", "stage").lower() for key in right.keys}
        assert question.tags <= listed, "a tag that the page does not speak of"


@every_request
def test_exactly_its_rights_let_an_operation_in_and_none_is_too_many(service, name, request_, when, world):
    def is_refused(*statements):
        return is_denied(world, service, name, request_, [policy(*statements)])

    everything = {"Action": "*", "Resource": "*"}
    rights = asked(service, name, when)
    needed = [right for right in rights if right.condition != DENY_ALONE]
    # Of objects the dialects say that they cannot be read or written, without denying.
    for right in (right for right in rights if not right.action.startswith("s3:")):
        resources = patterns(right, service)
        denial = {"Effect": "Deny", "Action": right.action, "Resource": resources}
        assert is_refused(everything, denial), right
        if right in needed:
            assert is_refused({"NotAction": right.action, "Resource": "*"}), right
        if right in needed and right.resource != "*":
            assert is_refused({"Action": "*", "NotResource": resources}), right
    exact = [{"Action": right.action, "Resource": patterns(right, service)} for right in needed]
    assert not is_refused(*exact)


@pytest.mark.parametrize("service", TABLES)
def test_every_operation_that_answers_has_its_rights_and_its_request(service):
    answering = set(DIALECTS[service].operations)
    assert set(TABLES[service]) == answering
    assert {name for other, name, _, _ in REQUESTS if other == service} == answering


@pytest.mark.parametrize("service", TABLES)
def test_every_right_is_an_action_that_policies_may_name(service):
    named = {
        right.action.partition(":")[2].lower()
        for right in sum(TABLES[service].values(), ())
        if right.action.startswith(PREFIXES[service])
    }
    assert named <= KNOWN[PREFIXES[service]]
    if service == "vedette":
        # The stream of events is a route of the console and no operation.
        assert named == KNOWN[service] - {"describeevents"}
