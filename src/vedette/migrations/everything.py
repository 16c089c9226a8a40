"""Every room's tables, for the test that compares them with the changes, and nobody else."""

from sqlalchemy import MetaData

import vedette.batches.tables
import vedette.datasets.tables
import vedette.devices.tables
import vedette.encryption.tables
import vedette.exports.tables
import vedette.feedback.tables
import vedette.functions.tables
import vedette.identity.tables
import vedette.imports.tables
import vedette.jobs.tables
import vedette.loops.tables
import vedette.metering.tables
import vedette.monitoring.tables
import vedette.notifications.tables
import vedette.packaging.tables
import vedette.pictures.tables
import vedette.projects.tables
import vedette.rounds.tables
import vedette.stacks.tables
import vedette.suggestions.tables
import vedette.trials.tables
from vedette.store.db import METADATA

ROOMS = (
    vedette.identity.tables,
    vedette.encryption.tables,
    vedette.metering.tables,
    vedette.projects.tables,
    vedette.jobs.tables,
    vedette.datasets.tables,
    vedette.pictures.tables,
    vedette.suggestions.tables,
    vedette.imports.tables,
    vedette.exports.tables,
    vedette.batches.tables,
    vedette.loops.tables,
    vedette.rounds.tables,
    vedette.trials.tables,
    vedette.feedback.tables,
    vedette.functions.tables,
    vedette.packaging.tables,
    vedette.devices.tables,
    vedette.monitoring.tables,
    vedette.stacks.tables,
    vedette.notifications.tables,
)


def all_tables() -> MetaData:
    """Return the tables as the rooms describe them."""
    return METADATA
