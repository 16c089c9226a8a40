"""Lookout's metrics: the guide's names, by project and model version."""

from vedette.dialects.metrics import ServiceMetric, ServiceMetrics

METRICS = ServiceMetrics(
    namespace="AWS/LookoutVision",
    version_dimension="ModelVersion",
    of_models={
        "DetectedAnomalyCount": ServiceMetric("anomalies"),
        "ProcessedImageCount": ServiceMetric("answered"),
        "InvalidImageCount": ServiceMetric("invalid"),
        "SuccessfulRequestCount": ServiceMetric("answered"),
        "ErrorCount": ServiceMetric("errors"),
        "ThrottledCount": ServiceMetric("throttled"),
        "Time": ServiceMetric("ms", "Milliseconds"),
        "MinInferenceUnits": ServiceMetric("least_units"),
        "MaxInferenceUnits": ServiceMetric("most_units"),
        "DesiredInferenceUnits": ServiceMetric("desired_units"),
        "InServiceInferenceUnits": ServiceMetric("in_service_units"),
    },
    of_calls={},
    call="DetectAnomalies",
)
