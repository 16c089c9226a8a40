"""kill -9 at random points during 1,000 S3 writes, ten times: nothing acknowledged is lost, nothing is torn.

Four boto3 clients put, replace, delete and upload in parts while the server is killed; then it is
started again on the same folder. A write whose answer never came may have happened or not, but
what lies there must be one whole body that somebody sent.

    python -m bench.s3_kill [--rounds 10] [--writes 1000]
"""

import hashlib
import random
import time
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from bench.common import RunningServer, row, start_server, stop_server
from bench.killing import Round, Writer, kill_amid, rounds

KEYS = 20
BUCKET = "kill"


class Putter(Writer):
    """One client with keys of its own: what each may hold now, as hashes of bodies (None: nothing)."""

    service = "s3"

    def __init__(self, server: RunningServer, number: int, writes: int) -> None:
        super().__init__(server, number, writes)
        self.possible: dict[str, set[str | None]] = {}

    def step(self, choose: random.Random, count: int) -> bool:
        key = f"{self.number}/{choose.randrange(KEYS)}.jpg"
        act = choose.choices(["put", "parts", "delete"], [8, 1, 2])[0]
        body = choose.randbytes(choose.choice([10, 10_000, 300_000]))
        after = None if act == "delete" else hashlib.sha256(body).hexdigest()
        before = self.possible.get(key, {None})
        self.possible[key] = before | {after}
        try:
            self.write(act, key, body)
        except (BotoCoreError, ClientError):
            return False
        self.possible[key] = {after}
        return True

    def write(self, act: str, key: str, body: bytes) -> None:
        target = {"Bucket": BUCKET, "Key": key}
        if act == "put":
            self.client.put_object(**target, Body=body)
        elif act == "delete":
            self.client.delete_object(**target)
        else:
            upload = {**target, "UploadId": self.client.create_multipart_upload(**target)["UploadId"]}
            sent = self.client.upload_part(**upload, PartNumber=1, Body=body)
            parts = [{"PartNumber": 1, "ETag": sent["ETag"], "ChecksumCRC32": sent["ChecksumCRC32"]}]
            self.client.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})


def faults(server: RunningServer, writers: list[Putter]) -> list[str]:
    """Return what is not as the answers said."""
    client = server.client("s3")
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
    present = {entry["Key"] for page in pages for entry in page.get("Contents", [])}
    result = []
    for writer in writers:
        for key, possible in writer.possible.items():
            body = client.get_object(Bucket=BUCKET, Key=key)["Body"].read() if key in present else None
            now = None if body is None else hashlib.sha256(body).hexdigest()
            if now not in possible:
                result.append(f"{key} holds {'nothing' if body is None else f'{len(body)} other bytes'}")
    return result


def strays(data: Path, server: RunningServer) -> int:
    """Return how many files lie in the bucket's folder that are no object."""
    pages = server.client("s3").get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
    objects = sum(page["KeyCount"] for page in pages)
    for _ in range(50):
        files = sum(path.is_file() for path in (data / "buckets" / BUCKET).rglob("*"))
        if files == objects:
            return 0
        time.sleep(0.1)
    return files - objects


def one_round(round_: Round) -> tuple[int, list[str], int]:
    """Kill one server amid its writes; return writes done, faults and strays."""
    server = start_server(round_.place / "data")
    server.client("s3").create_bucket(Bucket=BUCKET)
    writers = kill_amid(Putter, server, round_)
    again = start_server(round_.place / "data")
    try:
        count = sum(writer.done for writer in writers)
        return count, faults(again, writers), strays(round_.place / "data", again)
    finally:
        stop_server(again)


def main() -> None:
    total, result, remaining, count, writes = 0, [], 0, 0, 0
    for round_ in rounds(__doc__, "vedette-s3-kill-"):
        done, wrong, stray = one_round(round_)
        total, result, remaining = total + done, result + wrong, remaining + stray
        count, writes = count + 1, round_.writes
    for fault in result:
        print(fault)
    subject = f"kill -9, {count} times during {writes} S3 writes"
    row(subject, f"{total} acknowledged, {len(result)} lost or torn", "0 lost, 0 torn", not result)
    row("files left behind that are no object", str(remaining), "0", remaining == 0)


if __name__ == "__main__":
    main()
