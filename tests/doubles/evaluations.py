"""Evaluations as JSON, of pictures that a test makes up."""

from vedette.evaluation.document import write_evaluation
from vedette.evaluation.evaluate import evaluate


def document_of(task, labels, pictures, **thresholds):
    """Return the evaluation of these pictures as it is stored."""
    return write_evaluation(evaluate(task, labels, pictures, **thresholds))
