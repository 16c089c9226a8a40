"""What a server tells an OpenTelemetry collector that the operator names: spans, and its figures."""
