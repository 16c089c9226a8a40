"""What a request for a new dataset asks to have done, and whose turn it is."""

from sqlalchemy import Connection

from vedette.datasets import changes
from vedette.datasets.dataset import CopySource, Dataset, ManifestSource, NewDataset
from vedette.datasets.orders import CopyOrder, DatasetOrder, ImportOrder
from vedette.identity.principal import dump_principal
from vedette.projects.project import Project
from vedette.projects.projects import by_id


def order_for(
    connection: Connection, project: Project, dataset: Dataset, new: NewDataset
) -> DatasetOrder | None:
    """Return what is to be done to fill a new dataset."""
    dialect = project.scope.service
    if isinstance(new.source, ManifestSource):
        source, caller = new.source, new.caller
        place = (source.bucket, source.key, source.version)
        return ImportOrder(dataset.id, dialect, *place, caller.account, dump_principal(caller))
    if isinstance(new.source, CopySource):
        source_now = changes.require(connection, new.source.dataset)
        changes.require_state(source_now, "copied")
        return CopyOrder(dataset.id, source_now.id, dump_principal(new.caller))
    return None


def account_of(connection: Connection, dataset: Dataset) -> str:
    """Return whose turn a dataset's job is."""
    project = by_id(connection, dataset.project)
    return project.scope.account if project else ""
