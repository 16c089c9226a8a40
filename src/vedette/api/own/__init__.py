"""Vedette's own service: what AWS has no operation for, asked and answered as AWS would."""

from vedette.api.faults import Handler
from vedette.api.own.faults import translate
from vedette.api.own.models import download_model

OPERATIONS: dict[str, Handler] = {"DownloadModel": download_model}

__all__ = ["OPERATIONS", "translate"]
