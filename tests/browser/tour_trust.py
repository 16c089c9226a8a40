"""Of the tour's house what people trust: a key with a hostile description that encrypts a bucket."""

from playwright.sync_api import Locator, Page

from doubles.servers import RunningServer

ALIAS = "line-7/" + "a-very-long-name-of-a-key_" * 8
KEY_PATH = "/console/keys/" + f"alias/{ALIAS}".replace("/", "%2F")
SEALED = "sealed-on-every-page"
DESCRIPTION = "<img src=x onerror=alert(1)> \u202egnp " + "pictures of the night shift " * 20


def make_key(server: RunningServer) -> None:
    """Make a key with a long name, tags of markup, and a bucket that puts objects under it."""
    kms, s3 = server.client("kms"), server.client("s3")
    tags = [{"TagKey": "team", "TagValue": "night shift + day shift @ hall 2 " * 7}]
    key = kms.create_key(Description=DESCRIPTION, Tags=tags)["KeyMetadata"]["Arn"]
    kms.create_alias(AliasName=f"alias/{ALIAS}", TargetKeyId=key)
    kms.enable_key_rotation(KeyId=key)
    kms.rotate_key_on_demand(KeyId=key)
    kms.disable_key(KeyId=kms.create_key()["KeyMetadata"]["KeyId"])
    s3.create_bucket(Bucket=SEALED)
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}}
    s3.put_bucket_encryption(Bucket=SEALED, ServerSideEncryptionConfiguration={"Rules": [rule]})
    s3.put_object(Bucket=SEALED, Key="plate.txt", Body=b"sealed")


def named_key(page: Page) -> Locator:
    """Return the row of the key, whose name says that keys and names were read."""
    return page.get_by_role("link", name=ALIAS)


def encrypted_bucket(page: Page) -> Locator:
    """Return the row of the bucket on the key's page, which comes last."""
    return page.get_by_role("rowheader", name=SEALED)
