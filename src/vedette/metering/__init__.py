"""Usage and outcomes: figures a minute, by the ARN of the resource."""
