"""Options that the commands of `vedette dataset` share: which dataset, and on which server."""

from pathlib import Path
from typing import Annotated

from vedette.cli.dataset_edits import DatasetKind
from vedette.cli.signatures import Option

Project = Annotated[str, Option(help="The project's name.")]
Which = Annotated[DatasetKind, Option("--type", help="Which dataset of the project.")]
Of = Annotated[str, Option(help="rekognition or lookoutvision, where both have such a project.")]
Endpoint = Annotated[str, Option(help="Where the server is; AWS_ENDPOINT_URL is read too.")]
Data = Annotated[Path | None, Option(help="The data folder that holds the server's root key.")]
