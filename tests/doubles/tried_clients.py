"""Which client was tried with which dialect, in the clear and by TLS, and by which test."""

CLIENTS = {
    "last boto3": "boto3 1.40.60, the last with Lookout for Vision",
    "newest boto3": "newest boto3 and botocore",
    "AWS CLI": "newest AWS CLI v1",
    "JavaScript": "newest JavaScript SDK v3",
}
DIALECTS = {
    "rekognition": "Rekognition Custom Labels (JSON 1.1)",
    "lookoutvision": "Lookout for Vision (REST and JSON)",
    "s3": "S3 (REST and XML)",
    "sts": "STS (Query)",
    "iam": "IAM (Query)",
    "kms": "KMS (JSON 1.1)",
    "cloudwatch": "CloudWatch (Query, JSON 1.0, CBOR)",
    "cloudtrail": "CloudTrail (JSON 1.1)",
    "cloudformation": "CloudFormation (Query)",
}
_DOORS, _KEYS, _FIGURES, _TRUST = (
    f"test_{name}.py" for name in ("clients", "key_clients", "figure_clients", "trust_clients")
)
# By test file: the dialects that its tests speak, and the test of each client.
_TABLE: dict[str, tuple[str, dict[str, str]]] = {
    _DOORS: (
        "rekognition lookoutvision s3",
        {
            "last boto3": "test_the_last_boto3_with_lookoutvision_walks_through_the_front_doors",
            "newest boto3": "test_the_newest_boto3_does_too_once_the_sdk_is_installed",
            "JavaScript": "test_the_javascript_sdk_walks_through_the_front_doors",
        },
    ),
    _KEYS: (
        "kms",
        {
            "last boto3": "test_the_last_boto3_with_lookoutvision_uses_keys",
            "newest boto3": "test_the_newest_boto3_uses_keys",
            "AWS CLI": "test_the_aws_cli_uses_keys",
            "JavaScript": "test_the_javascript_sdk_uses_keys",
        },
    ),
    _FIGURES: (
        "cloudwatch cloudtrail",
        {
            "last boto3": "test_the_last_boto3_with_lookoutvision_sees_figures",
            "newest boto3": "test_the_newest_boto3_sees_figures",
            "AWS CLI": "test_the_aws_cli_sees_figures",
            "JavaScript": "test_the_javascript_sdk_sees_figures",
        },
    ),
    _TRUST: (
        "sts iam cloudformation",
        {
            "last boto3": "test_the_last_boto3_with_lookoutvision_is_trusted",
            "newest boto3": "test_the_newest_boto3_is_trusted",
            "AWS CLI": "test_the_aws_cli_is_trusted",
            "JavaScript": "test_the_javascript_sdk_is_trusted",
        },
    ),
}
# By dialect and client: the file and its test.
TRIED = {
    **{
        (dialect, client): (file, test)
        for file, (dialects, tests) in _TABLE.items()
        for dialect in dialects.split()
        for client, test in tests.items()
    },
    ("s3", "AWS CLI"): (_DOORS, "test_the_aws_cli_moves_files_about"),
    ("rekognition", "AWS CLI"): (_TRUST, "test_the_aws_cli_is_trusted"),
    ("lookoutvision", "AWS CLI"): (_TRUST, "test_the_aws_cli_is_trusted"),
}
