"""Lists of a service's words are those that its model has: one that is missing or mistyped is found."""

import importlib

import pytest

from vedette.wire import models

# A name of a module, and the enumeration that it must be: the keys of a mapping, or its members.
WHOLE = {
    "vedette.api.cloudtrail.lookup ATTRIBUTES": "cloudtrail LookupAttributeKey",
    "vedette.api.iam.account PARTS": "iam EntityType",
    "vedette.api.kms.crypto SPECS": "kms DataKeySpec",
    "vedette.api.lookout.packaging STATUSES": "vedette EdgeStatus",
    "vedette.api.own.changes SINGLE": "vedette EntryChangeKind",
    "vedette.api.s3.acl PERMISSIONS": "s3 Permission",
    "vedette.api.s3.buckets OWNERSHIPS": "s3 ObjectOwnership",
    "vedette.api.s3.lifecycle_rules TRANSITION_CLASSES": "s3 TransitionStorageClass",
    "vedette.api.s3.locks MODES": "s3 ObjectLockMode",
    "vedette.api.s3.objects ATTRIBUTES": "s3 ObjectAttributes",
    "vedette.cli.exchange IN_BUCKETS": "vedette ExportFormat",
    "vedette.cli.loop STEPS": "vedette LoopStep",
    "vedette.cli.loop TASKS": "vedette RoundTask",
    "vedette.cli.suggesting TASKS": "vedette RoundTask",
    "vedette.datasets.picture_facts STATES": "vedette PictureState",
    "vedette.dialects.cloudtrail_selectors KINDS": "cloudtrail ReadWriteType",
    "vedette.exchange.packing PACKED": "vedette ExportFormat",
    "vedette.imports.tool_files ENDINGS": "vedette ImportFormat",
    "vedette.learn.budget EFFORTS": "vedette TrainingBudget",
    "vedette.monitoring.queries STATISTICS": "monitoring Statistic",
    "vedette.packaging.building ARCHES": "lookoutvision TargetPlatformArch",
    "vedette.packaging.recipe ARCHITECTURES": "lookoutvision TargetPlatformArch",
    "vedette.projects.thresholds REASONS": "vedette ThresholdReason",
    "vedette.projects.version MOVES": "vedette ServingState",
    "vedette.projects.version WORDS": "vedette ServingState",
    "vedette.rounds.answers SHOWN": "vedette MyTaskShow",
    "vedette.rounds.round MOVES": "vedette RoundStatus",
    "vedette.runtime.golden TOLERANCES": "vedette EdgePrecision",
    "vedette.training.estimate BUDGETS": "vedette TrainingBudget",
    "vedette.training.order BUDGETS": "vedette TrainingBudget",
    "vedette.trials.adding OTHER": "vedette DatasetType",
    "vedette.trials.records _ORDERS": "vedette TrialOrder",
    "vedette.wire.checksums SIZES": "s3 ChecksumAlgorithm",
}
# The same, but for words that are left out on purpose.
PARTLY = {
    "vedette.api.s3.about CLASSES": ("s3 StorageClass", {"FSX_OPENZFS"}),
    "vedette.api.iam.policies FILTERS": ("iam EntityType", {"LocalManagedPolicy", "AWSManagedPolicy"}),
    "vedette.encryption.authority GRANTABLE": (
        "kms GrantOperation",
        {
            "DeriveSharedSecret", "GenerateDataKeyPair", "GenerateDataKeyPairWithoutPlaintext", "GenerateMac",
            "GetPublicKey", "Sign", "Verify", "VerifyMac",
        },
    ),
    "vedette.loops.steps NEXT": ("vedette LoopStep", {"end"}),
    "vedette.monitoring.alarm SIGNS": (
        "monitoring ComparisonOperator",
        {
            "GreaterThanUpperThreshold", "LessThanLowerOrGreaterThanUpperThreshold",
            "LessThanLowerThreshold",
        },
    ),
}  # fmt: skip
# What a mapping leads to: all words of that enumeration, and no other.
VALUES = {
    "vedette.api.cloudwatch.alarms MEMBERS": "monitoring StateValue",
    "vedette.api.lookout.faults RESOURCE_TYPES": "lookoutvision ResourceType",
    "vedette.api.lookout.packaging STATUSES": "lookoutvision ModelPackagingJobStatus",
    "vedette.api.rekognition.datasets CODES": "rekognition DatasetStatusMessageCode",
    "vedette.api.s3.acl HEADERS": "s3 Permission",
}


def value_of(place):
    module, name = place.split()
    return getattr(importlib.import_module(module), name)


def words_of(shape):
    service, name = shape.split()
    return set(models.service(service).shape_for(name).enum)


@pytest.mark.parametrize("place", WHOLE)
def test_a_list_is_the_whole_enumeration(place):
    assert set(value_of(place)) == words_of(WHOLE[place])


@pytest.mark.parametrize("place", PARTLY)
def test_a_list_lacks_just_what_is_not_supported(place):
    shape, lacking = PARTLY[place]
    assert words_of(shape) - set(value_of(place)) == lacking
    assert set(value_of(place)) <= words_of(shape)


@pytest.mark.parametrize("place", VALUES)
def test_a_mapping_leads_to_each_word_of_the_enumeration(place):
    assert set(value_of(place).values()) == words_of(VALUES[place])
