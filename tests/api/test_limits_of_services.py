"""Limits are those of the services' documentation: a test that asks the program for its limit sees no change.

Only what AWS writes down is here. Limits of our own are met at their edges by the tests of their rooms.
"""

import importlib
from datetime import timedelta

import pytest

MIB = 1024**2

DOCUMENTED = {
    # S3: keys, metadata, copies, settings, uploads, forms
    "vedette.api.s3.address LONGEST_KEY": 1024,
    "vedette.api.s3.about MOST_METADATA": 2048,
    "vedette.api.s3.copies MOST": 5 * 1024 * MIB,
    "vedette.api.s3.cors MOST_RULES": 100,
    "vedette.api.s3.lifecycle_rules MOST_RULES": 1000,
    "vedette.api.s3.lifecycle_rules LONGEST_ID": 255,
    "vedette.api.s3.lifecycle_rules MOST_KEPT": 100,
    "vedette.api.s3.listings MOST": 1000,
    "vedette.api.s3.notification MOST_RULES": 100,
    "vedette.api.s3.notification LONGEST_VALUE": 1024,
    "vedette.api.s3.objects MOST_AT_ONCE": 1000,
    "vedette.api.s3.ranges MOST_PARTS": 10_000,
    "vedette.api.s3.tags MOST_ON_OBJECT": 10,
    "vedette.api.s3.tags MOST_ON_BUCKET": 50,
    "vedette.store.blobs.uploads LEAST_PART": 5 * MIB,
    "vedette.wire.forms MOST_FIELDS_BYTES": 20 * 1024,
    "vedette.wire.sigv4 LONGEST_LINK_S": 604_800,
    # IAM and STS: policies, groups, devices, sessions
    "vedette.identity.factors MOST_FACTORS": 8,
    "vedette.identity.groups MOST_GROUPS": 10,
    "vedette.identity.inline MOST": {"user": 2048, "group": 5120, "role": 10_240},
    "vedette.identity.policies MOST_ATTACHED": 10,
    "vedette.identity.policy_versions MOST_VERSIONS": 5,
    "vedette.identity.records LONGEST_SESSION_S": 43_200,
    "vedette.identity.sessions LONGEST_CHAINED": timedelta(hours=1),
    "vedette.identity.tags MOST_TAGS": 50,
    "vedette.api.sts.operations MOST_POLICY": 2048,
    "vedette.api.sts.operations MOST_POLICY_ARNS": 10,
    "vedette.api.sts.operations MOST_ROOT_S": 3600,
    # KMS
    "vedette.api.kms.keys MOST_TAGS": 50,
    "vedette.encryption.aliases MOST": 50,
    "vedette.encryption.grants MOST": 50_000,
    "vedette.encryption.keys LEAST_WINDOW": 7,
    "vedette.encryption.keys MOST_WINDOW": 30,
    "vedette.encryption.keys ROTATION_DAYS": 365,
    "vedette.encryption.keys MOST_ON_DEMAND": 25,
    # CloudFormation
    "vedette.dialects.cloudformation.parameters LONGEST": 4096,
    "vedette.dialects.cloudformation.reading LARGEST_BODY": 51_200,
    "vedette.dialects.cloudformation.reading LARGEST_OBJECT": 1_048_576,
    "vedette.dialects.cloudformation.stack_policy LARGEST": 16_384,
    "vedette.dialects.cloudformation.template LONGEST_DESCRIPTION": 1024,
    "vedette.stacks.stacks MOST_STACKS": 2000,
    # CloudTrail
    "vedette.api.cloudtrail.trails LONGEST_PREFIX": 200,
    "vedette.audit.trails MOST_TRAILS": 5,
    "vedette.dialects.cloudtrail_selectors MOST_SELECTORS": 5,
    "vedette.dialects.cloudtrail_selectors MOST_VALUES": 250,
    "vedette.dialects.cloudtrail_selectors MOST_CONDITIONS": 500,
    # CloudWatch: figures that are put and read, alarms
    "vedette.api.cloudwatch.alarms MOST_ACTIONS": 5,
    "vedette.api.cloudwatch.figures MOST_POINTS_OF_STATISTICS": 1440,
    "vedette.api.cloudwatch.figures MOST_POINTS_OF_DATA": 100_800,
    "vedette.api.cloudwatch.figures MOST_LISTED": 500,
    "vedette.api.cloudwatch.figures MOST_PUT": 1000,
    "vedette.api.cloudwatch.figures MOST_VALUES": 150,
    "vedette.api.cloudwatch.figures LARGEST": 2.0**360,
    "vedette.monitoring.alarm LONGEST": 10_080,
    "vedette.monitoring.alarms MOST_TAGS": 50,
    "vedette.monitoring.queries MOST_QUERIES": 500,
    # Lambda and EventBridge
    "vedette.api.functions.invoking MOST_PAYLOAD": 6 * MIB,
    "vedette.api.functions.invoking MOST_EVENT": MIB,
    "vedette.api.functions.making MOST_VARIABLES": 4096,
    "vedette.api.functions.policies MOST_BYTES": 20 * 1024,
    "vedette.functions.bundle MOST_ZIPPED": 50 * MIB,
    "vedette.functions.bundle MOST_UNZIPPED": 250 * MIB,
    "vedette.functions.process MOST_ANSWER": 6 * MIB,
    "vedette.functions.rules MOST_RULES": 300,
    "vedette.functions.rules MOST_TARGETS": 5,
    "vedette.functions.rules OLDEST_S": 86_400,
    # Custom Labels and Lookout for Vision
    "vedette.api.rekognition.policies MOST_POLICIES": 5,
    "vedette.datasets.label_settings LONGEST": 256,
    "vedette.datasets.label_settings MOST": 250,
    "vedette.manifest.lines LONGEST": 100_000,
}
# Of a template's parts, as its quotas have them.
PARTS = {"Parameters": 200, "Mappings": 200, "Resources": 500, "Outputs": 200}


@pytest.mark.parametrize("place", DOCUMENTED)
def test_a_limit_is_the_documented_one(place):
    module, name = place.split()
    assert getattr(importlib.import_module(module), name) == DOCUMENTED[place]


def test_a_template_has_no_more_parts_than_documented():
    from vedette.dialects.cloudformation.template import MOST

    assert {part: MOST[part] for part in PARTS} == PARTS
