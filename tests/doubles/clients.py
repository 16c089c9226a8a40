"""Foreign clients, installed into a cache folder by their ordinary package managers, the first time."""

import os
import subprocess
from pathlib import Path

from doubles.servers import RunningServer

CACHE = Path(os.environ.get("VEDETTE_CLIENTS", Path.home() / ".cache" / "vedette-clients"))
JS_PACKAGES = (
    "@aws-sdk/client-s3",
    "@aws-sdk/lib-storage",
    "@aws-sdk/s3-request-presigner",
    "@aws-sdk/client-cloudformation",
    "@aws-sdk/client-cloudtrail",
    "@aws-sdk/client-cloudwatch",
    "@aws-sdk/client-cloudwatch-logs",
    "@aws-sdk/client-eventbridge",
    "@aws-sdk/client-iam",
    "@aws-sdk/client-kms",
    "@aws-sdk/client-lambda",
    "@aws-sdk/client-rekognition",
    "@aws-sdk/client-lookoutvision",
    "@aws-sdk/client-sts",
)


def run(*words: str, stderr_too: bool = False, **options) -> str:
    ran = subprocess.run(words, capture_output=True, text=True, timeout=600, **options)
    assert ran.returncode == 0, f"{words[:4]} said: {ran.stdout[-2000:]}\n{ran.stderr[-4000:]}"
    return ran.stdout + (ran.stderr if stderr_too else "")


def customer(server: RunningServer, home: Path) -> dict[str, str]:
    """Return the environment of a customer: the endpoint, the key, and nothing else."""
    key, secret = server.key
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "AWS_ENDPOINT_URL": server.address,
        "AWS_ACCESS_KEY_ID": key,
        "AWS_SECRET_ACCESS_KEY": secret,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    if server.address.startswith("https"):
        certificate = str(server.data / "tls" / "self.crt")
        environment |= {"AWS_CA_BUNDLE": certificate, "NODE_EXTRA_CA_CERTS": certificate}
    return environment
