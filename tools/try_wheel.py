"""Install the wheel into an empty environment, serve from it, and make a project, as its user would."""

import json
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

CONSTRAINTS = Path(__file__).parent.parent / "constraints.txt"
CALL = """
import json, sys, botocore.session
key = json.load(open(sys.argv[2]))
client = botocore.session.get_session().create_client(
    "rekognition", region_name="us-east-1", endpoint_url=sys.argv[1],
    aws_access_key_id=key["access_key_id"], aws_secret_access_key=key["secret_access_key"],
)
print(client.create_project(ProjectName="from-a-wheel")["ProjectArn"])
"""


def main() -> int:
    """Try the wheel that is named; return 0 when it served."""
    wheel = Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory(prefix="vedette-wheel-") as place:
        home = Path(place)
        subprocess.run([sys.executable, "-m", "venv", home / "env"], check=True)
        python = home / "env" / "bin" / "python"
        pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "-c", CONSTRAINTS, "torch", wheel], check=True, cwd=home)
        server = subprocess.Popen(
            [home / "env" / "bin" / "vedette", "serve", "--port", "0", "--data", home / "data"],
            stdout=subprocess.PIPE,
            text=True,
            cwd=home,
        )
        try:
            assert server.stdout is not None
            address = server.stdout.readline().split()[-1]
            with urllib.request.urlopen(f"{address}/readyz", timeout=10) as answer:
                assert answer.status == 200
            words = [python, "-c", CALL, address, home / "data" / "credentials.json"]
            arn = subprocess.run(words, check=True, capture_output=True, text=True, cwd=home).stdout.strip()
        finally:
            server.terminate()
            status = server.wait(timeout=60)
    print(
        json.dumps({"wheel": wheel.name, "bytes": wheel.stat().st_size, "made": arn, "stopped with": status})
    )
    return status


if __name__ == "__main__":
    sys.exit(main())
