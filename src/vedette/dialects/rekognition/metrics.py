"""Rekognition's metrics: units by project and version as the guide has them, calls by their operation.

The guide names only the units. The metrics of calls are those of the service's own page, of the one
operation that looks at pictures here; and by project and version they are there too.
"""

from vedette.dialects.metrics import ServiceMetric, ServiceMetrics

CALLS = {
    "SuccessfulRequestCount": ServiceMetric("answered"),
    "ThrottledCount": ServiceMetric("throttled"),
    "ResponseTime": ServiceMetric("ms", "Milliseconds"),
    "ServerErrorCount": ServiceMetric("errors"),
    "UserErrorCount": ServiceMetric("invalid"),
    "DetectedLabelCount": ServiceMetric("findings"),
}
METRICS = ServiceMetrics(
    namespace="AWS/Rekognition",
    version_dimension="VersionName",
    of_models={
        **CALLS,
        "MinInferenceUnits": ServiceMetric("least_units"),
        "MaxInferenceUnits": ServiceMetric("most_units"),
        "DesiredInferenceUnits": ServiceMetric("desired_units"),
        "InServiceInferenceUnits": ServiceMetric("in_service_units"),
    },
    of_calls=CALLS,
    call="DetectCustomLabels",
)
