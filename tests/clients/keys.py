"""Keys and sealed objects by boto3, as customers have it; prints one JSON object."""

import json
import sys

import boto3
from botocore.exceptions import ClientError

mark = sys.argv[1]
kms, s3 = boto3.client("kms"), boto3.client("s3")
CONTEXT = {"line": "4"}
found: dict[str, object] = {}


def code_of(call, **members):
    try:
        call(**members)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "none"


key = kms.create_key(Description="by boto3", Tags=[{"TagKey": "by", "TagValue": "boto3"}])["KeyMetadata"][
    "Arn"
]
kms.create_alias(AliasName=f"alias/boto-{mark}", TargetKeyId=key)
blob = kms.encrypt(KeyId=f"alias/boto-{mark}", Plaintext=b"hello", EncryptionContext=CONTEXT)[
    "CiphertextBlob"
]
found["same"] = kms.decrypt(CiphertextBlob=blob, EncryptionContext=CONTEXT)["Plaintext"] == b"hello"
found["context"] = code_of(kms.decrypt, CiphertextBlob=blob)
bucket = f"keys-boto-{mark}"
s3.create_bucket(Bucket=bucket)
s3.put_object(
    Bucket=bucket, Key="a", Body=b"sealed" * 100_000, ServerSideEncryption="aws:kms", SSEKMSKeyId=key
)
found["sealed"] = s3.get_object(Bucket=bucket, Key="a")["Body"].read() == b"sealed" * 100_000
kms.disable_key(KeyId=key)
found["disabled"] = [
    code_of(kms.encrypt, KeyId=key, Plaintext=b"x"),
    code_of(s3.get_object, Bucket=bucket, Key="a"),
]
found["missing"] = code_of(kms.describe_key, KeyId="alias/none")
found["unbuilt"] = code_of(kms.create_key, KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")
kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
found["ending"] = code_of(kms.enable_key, KeyId=key)
print(json.dumps(found))
