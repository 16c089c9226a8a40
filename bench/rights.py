"""DescribeProjects by the account's root and by a user with a policy of twenty statements, in turn.

Bar: at least 0.9 as fast, since documents are parsed once and rights are read about once a second. Wall
time on a busy machine says little, so that the server's own processor time is shown beside it.
"""

import http.client
import json
import os
from pathlib import Path
from urllib.parse import urlsplit

from bench.common import RunningServer, machine, median, own_server, row
from bench.describe import ask, signed_headers

ROUNDS, PIECE = 1500, 100


def twenty_statements() -> str:
    """Return a policy as a careful administrator writes it; the statement that allows comes last."""
    tagged = {"StringEquals": {"aws:ResourceTag/stage": "production"}}
    statements = [
        {
            "Effect": "Deny",
            "Action": [
                f"rekognition:Delete{subject}" for subject in ("Project", "Dataset", "ProjectVersion")
            ],
            "Resource": f"arn:aws:rekognition:*:*:project/line-{number}*",
            "Condition": tagged if number % 2 else {"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}},
        }
        for number in range(19)
    ]
    statements.append({"Effect": "Allow", "Action": "rekognition:Describe*", "Resource": "*"})
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def user_of(server: RunningServer) -> tuple[str, str]:
    """Make the user with a policy, and return its key."""
    file = Path(server.data).parent / "twenty.json"
    file.write_text(twenty_statements(), "utf-8")
    server.vedette("policy", "put", "twenty", str(file))
    server.vedette("user", "create", "careful", "--policy", "twenty")
    created = json.loads(server.vedette("key", "create", "--user", "careful", "--format", "json"))
    return created["AccessKeyId"], created["SecretAccessKey"]


def processor_s(pid: int) -> float:
    """Return the processor time that a process has taken."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Keyed:
    """A server as one key's holder calls it."""

    def __init__(self, server: RunningServer, key: tuple[str, str]) -> None:
        self.address, self.key = server.address, key


def main() -> None:
    print(machine())
    with own_server() as server:
        rekognition = server.client("rekognition")
        for number in range(10):
            rekognition.create_project(ProjectName=f"project-{number}")
        callers = {"root": Keyed(server, server.key), "user": Keyed(server, user_of(server))}
        address = urlsplit(server.address)
        line = http.client.HTTPConnection(address.hostname or "", address.port)
        times: dict[str, list[float]] = {name: [] for name in callers}
        spent = dict.fromkeys(callers, 0.0)
        for _ in range(ROUNDS // PIECE):
            for name, caller in callers.items():
                headers = signed_headers(caller, b"{}")
                before = processor_s(server.process.pid)
                times[name] += [ask(line, b"{}", headers)[0] for _ in range(PIECE)]
                spent[name] += processor_s(server.process.pid) - before
    item = {name: 1000 * spent[name] / len(times[name]) for name in callers}
    for name in callers:
        print(f"{name}: p50 {median(times[name]):.2f} ms, processor {item[name]:.2f} ms a request")
    share = item["root"] / item["user"]
    row(
        "DescribeProjects by a user with 20 statements, beside the root",
        f"{share:.2f}",
        "≥ 0.9",
        share >= 0.9,
    )


if __name__ == "__main__":
    main()
