"""No text that AWS's own shapes call sensitive is in the trail, whichever operation it belongs to."""

from pathlib import Path

import orjson
import pytest

import vedette.wire
from vedette.audit.event import HIDDEN, shown

# Sensitive there, and no secrets: which key encrypts, in which context, and statements for services that are
# not here.
TOLD = {
    "SSEKMSKeyId", "SSEKMSEncryptionContext", "KMSMasterKeyID", "KMSKeyId", "KeyId", "AccessKeyId", "Message",
    "Sql", "Sqls", "GraphQLOperation",
}  # fmt: skip


def sensitive_texts():
    found = set()
    for file in sorted((Path(vedette.wire.__file__).parent / "shapes").glob("*/*/service-2.json")):
        document = orjson.loads(file.read_bytes())["shapes"]
        for shape in document.values():
            for name, member in shape.get("members", {}).items():
                target = document[member["shape"]]
                if target.get("sensitive") and target["type"] == "string":
                    found.add((file.parts[-3], name))
    return sorted(found)


@pytest.mark.parametrize(("service", "name"), [pair for pair in sensitive_texts() if pair[1] not in TOLD])
def test_a_member_that_aws_calls_sensitive_is_left_out_of_the_trail(service, name):
    secret = f"open-{service}-sesame"
    for request in ({name: secret}, {"Deeper": {name: secret}}, {"Listed": [{name: secret}]}):
        text = orjson.dumps(shown(request)).decode()
        assert secret not in text
        assert HIDDEN in text


def test_there_are_such_members():
    names = {name for _, name in sensitive_texts()}
    assert {"Password", "SecretAccessKey", "SSECustomerKey", "WebIdentityToken"} <= names
