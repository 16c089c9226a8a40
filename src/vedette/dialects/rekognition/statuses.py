"""What Custom Labels calls the states of datasets and of versions."""

from vedette.dialects.statuses import TRAINED_AT_AWS, Statuses

DATASETS = Statuses(
    words={
        "creating": "CREATE_IN_PROGRESS",
        "created": "CREATE_COMPLETE",
        "create-failed": "CREATE_FAILED",
        "updating": "UPDATE_IN_PROGRESS",
        "updated": "UPDATE_COMPLETE",
        "update-failed": "UPDATE_FAILED",
    },
)

MODELS = Statuses(
    words={
        "training": "TRAINING_IN_PROGRESS",
        "trained": "TRAINING_COMPLETED",
        "failed": "TRAINING_FAILED",
        "copying": "COPYING_IN_PROGRESS",
        "copied": "COPYING_COMPLETED",
        "copy-failed": "COPYING_FAILED",
        "starting": "STARTING",
        "running": "RUNNING",
        "start-failed": "FAILED",
        "stopping": "STOPPING",
        "stopped": "STOPPED",
        "deleting": "DELETING",
        # The service's own word for a version that was trained and can run no more.
        "archived": "EXPIRED",
    },
    sentences={
        "archived": TRAINED_AT_AWS,
        "trained": "The model is ready to run.",
        "copied": "The model is ready to run.",
        "starting": "The model is starting.",
        "running": "The model is running.",
        "stopping": "The model is stopping.",
        "stopped": "The model has stopped running.",
    },
)
