"""What Lookout calls the states of datasets and of models; it has none for copies, which it does not make."""

from vedette.dialects.statuses import TRAINED_AT_AWS, Statuses

DATASETS = Statuses(
    words={
        "creating": "CREATE_IN_PROGRESS",
        "created": "CREATE_COMPLETE",
        "create-failed": "CREATE_FAILED",
        "updating": "UPDATE_IN_PROGRESS",
        "updated": "UPDATE_COMPLETE",
        "update-failed": "UPDATE_FAILED_ROLLBACK_COMPLETE",
    },
    sentences={
        "created": "The dataset was created successfully.",
        "updated": "The dataset was updated successfully.",
    },
)

MODELS = Statuses(
    words={
        "training": "TRAINING",
        "trained": "TRAINED",
        "failed": "TRAINING_FAILED",
        "starting": "STARTING_HOSTING",
        "running": "HOSTED",
        "start-failed": "HOSTING_FAILED",
        "stopping": "STOPPING_HOSTING",
        "stopped": "TRAINED",
        "deleting": "DELETING",
        # The service has no word for one that cannot be hosted; the sentence below says it.
        "archived": "TRAINED",
    },
    sentences={
        "archived": TRAINED_AT_AWS,
        "trained": "Training completed successfully.",
        "stopped": "Training completed successfully.",
        "starting": "The model is starting.",
        "running": "The model is running.",
        "stopping": "The model is stopping.",
    },
)
