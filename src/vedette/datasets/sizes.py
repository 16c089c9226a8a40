"""How large the datasets of an installation are, for whoever runs it. Reads only."""

from sqlalchemy import select

from vedette.datasets.changes import read_dataset
from vedette.datasets.dataset import Dataset
from vedette.datasets.tables import datasets
from vedette.projects.project import Project
from vedette.projects.projects import by_id
from vedette.store.db import Database


def largest_datasets(database: Database, most: int) -> list[tuple[Project, Dataset]]:
    """Return the largest datasets with their projects, the largest first."""
    query = select(datasets).order_by(datasets.c.total.desc(), datasets.c.id).limit(most)
    with database.read() as connection:
        largest = [read_dataset(row) for row in connection.execute(query)]
        projects = [by_id(connection, dataset.project) for dataset in largest]
    return [(project, dataset) for project, dataset in zip(projects, largest, strict=True) if project]
