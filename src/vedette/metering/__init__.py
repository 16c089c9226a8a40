"""What was used and how it went: figures a minute, by the ARN of the thing they are of."""
