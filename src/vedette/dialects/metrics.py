"""What a service calls its figures where people graph them: metrics with names, units and dimensions."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ServiceMetric:
    """One metric: the meter's figure behind it, and its unit."""

    figure: str
    unit: str = "Count"


# Figures that neither guide has, of models of every service, by the same dimensions.
OWN_NAMESPACE = "Vedette"
OWN_METRICS: Mapping[str, ServiceMetric] = {
    # Of the main answer to each picture; a picture in which nothing was found has none.
    "Confidence": ServiceMetric("confidence", "Percent"),
    # Of each look for drift: how far what was found is from the training, and 0 where nothing is.
    "Drift": ServiceMetric("drift", "Percent"),
}


@dataclass(frozen=True, slots=True)
class ServiceMetrics:
    """The metrics of one service.

    Those of models have a project and a version as dimensions, or the project alone, whose versions are then
    added up; those of calls have the call that looks at pictures, of all models of the region together.
    """

    namespace: str
    version_dimension: str
    of_models: Mapping[str, ServiceMetric]
    of_calls: Mapping[str, ServiceMetric]
    call: str
    project_dimension: str = "ProjectName"
    call_dimension: str = "Operation"
