"""`vedette export --to s3://…`: the server writes into a bucket, and the command watches or leaves it.

The work is the server's (`CreateExport`): a command that is interrupted asks it to leave off, and one that is
killed leaves it going on.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vedette.cli.dataset_client import open_dataset
from vedette.cli.remote import Server
from vedette.errors import Wrong

POLL_S = 0.3

# Type of dataset, service, endpoint, data folder.
RemoteDataset = tuple[str, str, str, Path | None]


@dataclass(frozen=True, slots=True)
class BucketExport:
    """What is to be written, and where to."""

    form: str
    address: str
    with_pictures: bool
    replaces: bool

    def run(self, project: str, dataset: RemoteDataset) -> None:
        """Begin the export and wait for its end."""
        if not project:
            raise Wrong("Into a bucket goes a project's dataset: say --project NAME.")
        kind, service, endpoint, data = dataset
        remote = open_dataset(Server(service, endpoint, data), project, kind, service)
        export = remote.own.create_export(
            ProjectArn=remote.arn,
            DatasetType=kind,
            Format=self.form,
            WithPictures=self.with_pictures or self.form == "folder",
            Address=self.address,
            Existing="replace" if self.replaces else "refuse",
        )
        names = {"ProjectArn": remote.arn, "ExportId": export["ExportId"]}
        try:
            self._show_end(_wait(remote.own, names))
        except KeyboardInterrupt:
            remote.own.cancel_export(**names)
            raise

    def _show_end(self, export: Mapping[str, Any]) -> None:
        if export["Status"] != "done":
            raise Wrong(
                export["Message"] or f"The export was cancelled; {export['Files']} files were written."
            )
        left_out = export["LeftOut"]
        note = f" {left_out} files could not be read; left-out.txt names them." if left_out else ""
        print(f"Written: {export['Address']} ({export['Total']} entries, {export['Files']} files).{note}")


def _wait(own: Any, names: Mapping[str, str]) -> Mapping[str, Any]:
    while True:
        export: Mapping[str, Any] = own.describe_export(**names)
        if export["Status"] != "running":
            return export
        time.sleep(POLL_S)
