"""Secrets go through a real server, in requests that succeed, are refused and fail; then all is searched."""

import base64
import json
import sqlite3
import urllib.error
import urllib.request
from contextlib import closing
from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.exceptions import ClientError

from doubles.console import ConsoleBrowser, signed_in
from doubles.factors import app_code
from doubles.servers import start_server, stop_server
from vedette.clock import system_clock

ACTIONS = """
[smtp]
host = "127.0.0.1"
port = 9
from = "a@b.example"
user = "u"
password = "open-smtp-sesame"
[topics.t]
webhook = "http://127.0.0.1:9/open-hook-sesame"
secret = "open-hook-secret"
events = ["training"]
"""
SECRETS = {
    "VEDETTE_SSO_CLIENT_SECRET": "open-company-sesame",
    "VEDETTE_METRICS_TOKEN": "open-metrics-sesame-0123456789",
    "VEDETTE_MASTER_KEY": "ab12" * 16,
}
COMPANY = {"VEDETTE_SSO_ISSUER": "http://127.0.0.1:9", "VEDETTE_SSO_CLIENT_ID": "vedette"}
# Of a table that is gone, each request that needs it fails within the server.
NEEDED = ("second_factors", "console_links", "console_sessions", "stacks", "functions")
TEMPLATE = json.dumps(
    {
        "Parameters": {"Secret": {"Type": "String", "NoEcho": True, "AllowedPattern": "[a-z-]{,17}"}},
        "Resources": {
            "Role": {
                "Type": "AWS::IAM::Role",
                "Properties": {"RoleName": {"Ref": "Secret"}, "AssumeRolePolicyDocument": {"bad": 1}},
            }
        },
    }
)


class Requests:
    """Sends, and keeps what was sent in secret and what came back where something was refused."""

    def __init__(self, server):
        self.server, self.secrets, self.answers = server, {}, []

    def refuse(self, service, operation, **request):
        """Send what is refused, or fails."""
        with pytest.raises(ClientError) as refusal:
            getattr(self.server.client(service, checks=False), operation)(**request)
        self.answers.append(json.dumps(refusal.value.response, default=str))

    def fetch(self, path, **headers):
        """Ask for an address as any program does."""
        request = urllib.request.Request(f"{self.server.address}{path}", headers=headers)
        with pytest.raises(urllib.error.HTTPError) as refusal:
            urllib.request.urlopen(request, timeout=60)
        with refusal.value as answer:
            self.answers.append(answer.read().decode())

    def sign_in(self, **content):
        """Sign in in vain."""
        answer = ConsoleBrowser(self.server).ask("POST", "/console/api/session", content)
        assert answer.status >= 400
        self.answers.append(answer.body.decode())

    def people(self):
        """Keys, passwords, codes and cookies."""
        iam = self.server.client("iam")
        iam.create_user(UserName="kim")
        key = iam.create_access_key(UserName="kim")["AccessKey"]
        self.key = {"accessKeyId": key["AccessKeyId"], "secretAccessKey": key["SecretAccessKey"]}
        self.secrets["key"] = key["SecretAccessKey"]
        for password in ("open-password-sesame", ["open-password-sesame"], "open-password-sesame" * 10):
            self.refuse("iam", "create_login_profile", UserName="kim", Password=password)
        browser = signed_in(self.server, (key["AccessKeyId"], key["SecretAccessKey"]))
        self.secrets |= {"cookie": next(iter(browser.cookies.values())), "csrf": browser.csrf}
        factor = browser.ask("POST", "/console/api/factors", {"name": "phone"}).json
        code = app_code(factor["secret"], system_clock())
        shown = {"id": factor["id"], "code": code}
        codes = browser.ask("PUT", "/console/api/factors", shown).json["recoveryCodes"]
        link = self.server.vedette("console").strip().rpartition("link=")[2]
        self.secrets |= {"seed": factor["secret"], "first": codes[0], "second": codes[1], "link": link}
        ConsoleBrowser(self.server).ask("POST", "/console/api/session", {**self.key, "code": codes[0]})
        self.sign_in(accessKeyId=key["AccessKeyId"], secretAccessKey="open-wrong-sesame")
        self.sign_in(accessKeyId=["open-list-sesame"], secretAccessKey="open-wrong-sesame")
        self.sign_in(link="open-link-sesame")
        self.sign_in(**self.key, code="open-code-sesame")
        self.fetch("/console/api/company-end?code=open-code-sesame&state=open-state-sesame")
        token = self.server.client("sts").get_session_token()["Credentials"]
        self.secrets |= {"token": token["SessionToken"][:80], "temporary": token["SecretAccessKey"]}

    def objects(self):
        """Customers' keys, signed addresses and signatures."""
        s3 = self.server.client("s3")
        s3.create_bucket(Bucket="bucket")
        key = b"open-customer-sesame-0123456789a"
        sealed = {"Bucket": "bucket", "Key": "x", "SSECustomerAlgorithm": "AES256"}
        s3.put_object(**sealed, SSECustomerKey=key, Body=b"x")
        self.secrets["customer's"] = base64.b64encode(key).decode()
        self.refuse("s3", "get_object", **sealed, SSECustomerKey=b"open-customer-sesame-x123456789b")
        address = s3.generate_presigned_url("get_object", Params={"Bucket": "bucket", "Key": "none"})
        (signature,) = parse_qs(urlsplit(address).query)["Signature"]
        self.secrets["signature"] = signature
        self.fetch(address.removeprefix(self.server.address))
        self.fetch("/bucket/x?Signature=open-query-sesame&AWSAccessKeyId=AKIA&Expires=1")
        parts = "Credential=open-scope-sesame/20260101/us-east-1/iam/aws4_request, SignedHeaders=host"
        self.fetch("/", Authorization=f"AWS4-HMAC-SHA256 {parts}, Signature=open-header-sesame")
        self.fetch("/metrics", Authorization="Bearer open-bearer-sesame")

    def sealed(self):
        """Plain texts, parameters of stacks, and environments of functions."""
        kms = self.server.client("kms")
        key = kms.create_key()["KeyMetadata"]["KeyId"]
        sealed = kms.encrypt(KeyId=key, Plaintext=b"open-plain-sesame")["CiphertextBlob"]
        kms.decrypt(CiphertextBlob=sealed)
        self.secrets["plain"] = base64.b64encode(b"open-plain-sesame").decode()[:20]
        self.refuse("kms", "encrypt", KeyId=key, Plaintext=b"open-plain-sesame" * 1000)
        self.refuse("kms", "decrypt", CiphertextBlob=sealed, EncryptionContext={"a": "b"})
        self.stack("open-stack-sesame-that-breaks-the-pattern")
        environment = {"Variables": {"bad-name": "open-function-sesame"}}
        self.refuse("lambda", "update_function_configuration", FunctionName="f", Environment=environment)

    def stack(self, value):
        """Order a stack with a secret parameter that does not fit."""
        parameters = [{"ParameterKey": "Secret", "ParameterValue": value}]
        request = {"StackName": "s", "TemplateBody": TEMPLATE, "Parameters": parameters}
        self.refuse("cloudformation", "create_stack", **request)

    def failing(self):
        """The same, while the database is broken."""
        with closing(sqlite3.connect(next(self.server.data.glob("*.db")), timeout=30)) as database:
            for table in NEEDED:
                database.execute(f"ALTER TABLE {table} RENAME TO {table}_gone")
            database.commit()
            self.sign_in(**self.key, code=self.secrets["second"])
            self.sign_in(link=self.secrets["link"])
            self.stack("open-stack-sesame")
            assert "its log tells why" in self.answers[-1]
            for table in NEEDED:
                database.execute(f"ALTER TABLE {table}_gone RENAME TO {table}")
            database.commit()


@pytest.fixture(scope="module")
def searched(tmp_path_factory):
    """Return all secrets, and all places where none of them may stand."""
    folder = tmp_path_factory.mktemp("secrets")
    book = folder / "actions.toml"
    book.write_text(ACTIONS, "utf-8")
    environment = {"VEDETTE_ALARM_ACTIONS": str(book), **COMPANY, **SECRETS}
    server = start_server(folder / "data", log=folder / "log", **environment)
    requests = Requests(server)
    requests.people()
    requests.objects()
    requests.sealed()
    requests.failing()
    places = {"audit": server.vedette("audit", "show", "--output", "json", "--most", "500")}
    stop_server(server)
    places["log"] = (folder / "log").read_text("utf-8")
    places |= {f"answer {number}": text for number, text in enumerate(requests.answers)}
    for file in server.data.rglob("*"):
        if file.is_file() and file.name != "credentials.json":
            places[f"file {file.name}"] = file.read_bytes().decode("latin-1")
    return {**requests.secrets, "root": server.key[1]}, places


def test_no_secret_is_in_the_log_an_answer_the_audit_or_a_file(searched):
    secrets, places = searched
    hits = {
        (name, place) for name, secret in secrets.items() for place, text in places.items() if secret in text
    }
    assert hits == set()


def test_nor_is_what_was_made_up(searched):
    _, places = searched
    # `ab12` is the master key.
    marks = ("sesame", "open-hook", "ab12" * 4)
    assert [(mark, place) for place, text in places.items() for mark in marks if mark in text] == []


def test_the_server_failed_and_said_where(searched):
    _, places = searched
    assert places["log"].count("no such table") >= 3
    assert "SQL parameters hidden" in places["log"]
