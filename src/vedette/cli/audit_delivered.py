"""`vedette audit verify --delivered`: files that a trail delivered, in a folder or a bucket."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from vedette.errors import Wrong


class DeliveredFolder:
    """A folder that delivered files were copied into."""

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise Wrong(f"{folder} is no folder.")
        self._folder = folder

    def names(self) -> Iterator[str]:
        """Yield the names of the files, below the folder's own."""
        for file in sorted(self._folder.rglob("*")):
            if file.is_file():
                yield file.relative_to(self._folder.parent).as_posix()

    def read(self, name: str) -> tuple[bytes, Mapping[str, str]]:
        """Return a file; a copy has no properties."""
        return (self._folder.parent / name).read_bytes(), {}


class DeliveredObjects:
    """What lies in a bucket below a prefix."""

    def __init__(self, s3: Any, address: str) -> None:
        self._s3 = s3
        self._bucket, _, self._prefix = address.removeprefix("s3://").partition("/")

    def names(self) -> Iterator[str]:
        """Yield the keys."""
        from botocore.exceptions import BotoCoreError, ClientError

        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=self._prefix)
        try:
            for page in pages:
                yield from (item["Key"] for item in page.get("Contents", ()))
        except (BotoCoreError, ClientError) as error:
            raise Wrong(f"s3://{self._bucket}/{self._prefix} cannot be listed: {error}") from None

    def read(self, name: str) -> tuple[bytes, Mapping[str, str]]:
        """Return an object and its properties."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            answer = self._s3.get_object(Bucket=self._bucket, Key=name)
            return answer["Body"].read(), answer["Metadata"]
        except (BotoCoreError, ClientError) as error:
            # Not "it was changed": nothing is known of it.
            raise Wrong(f"s3://{self._bucket}/{name} cannot be read: {error}") from None


def print_verdict(place: str, endpoint: str, data: Path | None, key_files: list[Path]) -> bool:
    """Verify what was delivered, print what was found, and return whether all is as it was delivered."""
    from vedette.audit.digest_key import public_digest_keys, read_digest_key
    from vedette.cli.opening import settings_for
    from vedette.cli.remote import Server
    from vedette.dialects.cloudtrail_verify import verify_delivered

    keys = [read_digest_key(file) for file in key_files] or public_digest_keys(settings_for(data).data)
    source: DeliveredFolder | DeliveredObjects
    if place.startswith("s3://"):
        source = DeliveredObjects(Server("s3", endpoint, data).client(), place)
    else:
        source = DeliveredFolder(Path(place))
    verdict = verify_delivered(source, {key.fingerprint: key.der for key in keys})
    for line in (*verdict.findings, *verdict.notes):
        print(line)
    print(f"{verdict.files:,} files in {verdict.digests:,} digests, up to {verdict.until or 'nothing'}.")
    if not verdict.digests:
        print("There are no digests: nothing can be verified (--enable-log-file-validation makes them).")
        return False
    if verdict.findings:
        print("Something is not as it was delivered.")
    elif verdict.unsigned:
        print(
            "All is as it was delivered that a signature here is of: verify the bucket for the last digest."
        )
    else:
        print("All is as it was delivered.")
    return not verdict.findings
