"""The features of projects: CUSTOM_LABELS is trained here; a project of another is kept and described."""

from vedette.errors import Wrong
from vedette.projects.project import Project


def refuse_other_features(project: Project) -> None:
    """Refuse what only a project of CUSTOM_LABELS has: datasets, versions of its own, policies, copies."""
    if project.feature != "CUSTOM_LABELS":
        raise Wrong(
            f"The project {project.name} is of the feature {project.feature}; this is for projects of "
            "CUSTOM_LABELS.",
            kind="project",
            name=project.name,
        )
