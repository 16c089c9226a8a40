"""The sentences in which a Lookout dataset or training is refused.

The service has no codes and its guide no list of messages; both are ours. At an import any of them fails the
operation; at a training, the training or the picture.
"""

from vedette.dialects.codes import Code, CodeTable

CODES = CodeTable(
    {
        "LOOKOUT_UNREADABLE": Code("The manifest could not be read: {}", "manifest"),
        "LOOKOUT_OWNER": Code("The bucket {} is not of the project's account.", "manifest"),
        "LOOKOUT_REGION": Code(
            "The bucket {} is in the region {}; it must be in {}, as the project is.", "manifest"
        ),
        "LOOKOUT_OUTPUT": Code("Unable to write to output S3 bucket.", "manifest"),
        "LOOKOUT_TOO_LARGE": Code("The manifest is larger than 1 GB.", "manifest"),
        "LOOKOUT_EMPTY": Code("The manifest has no lines.", "manifest"),
        "LOOKOUT_TOO_MANY_ROWS": Code("The manifest has more than {} images.", "manifest"),
        "LOOKOUT_LONG_LINE": Code("The line has more than {} characters.", "line"),
        "LOOKOUT_JSON": Code("The line is not a JSON object.", "line"),
        "LOOKOUT_SOURCE_REF": Code("The line needs a source-ref of the form s3://bucket/path.", "line"),
        "LOOKOUT_TWICE": Code("The image {} is there twice.", "line"),
        "LOOKOUT_BUCKETS": Code("The images and masks are in more than one bucket: {} and {}.", "line"),
        "LOOKOUT_PAIR": Code("The key {} has no {} beside it.", "line"),
        "LOOKOUT_METADATA": Code("The key {} must be an object with {}.", "line"),
        "LOOKOUT_MASK_REF": Code("The value of {} must be the S3 address of a PNG.", "line"),
        "LOOKOUT_COLOR_MAP": Code(
            "The internal-color-map of {} needs a class-name and a hex-color of its own (#rrggbb) an entry.",
            "line",
        ),
        "LOOKOUT_LABEL_LENGTH": Code("An anomaly label has 1 to 256 characters: {}", "line"),
        "LOOKOUT_LABELS_OF_MASK": Code("The mask {} shows more than 20 anomaly labels.", "line"),
        "LOOKOUT_LABELS_OF_PROJECT": Code("The project has more than 100 anomaly labels.", "manifest"),
        "LOOKOUT_TOO_FEW_NORMAL": Code(
            "The {} dataset has {} images labeled normal; at least {} are needed.", "manifest"
        ),
        "LOOKOUT_TOO_FEW_ANOMALY": Code(
            "The {} dataset has {} images labeled anomaly; at least {} are needed.", "manifest"
        ),
        "LOOKOUT_TOO_FEW_OF_LABEL": Code(
            "The {} dataset has {} images with the anomaly label {} alone; at least {} are needed.",
            "manifest",
        ),
        "LOOKOUT_IMAGE": Code(
            "The image {} is missing, may not be read, or is no whole PNG or JPEG.", "line"
        ),
        "LOOKOUT_IMAGE_BYTES": Code("The image {} is larger than 8 MB.", "line"),
        "LOOKOUT_IMAGE_SIDES": Code("The image {} must have 64 to 4096 pixels a side; it has {}x{}.", "line"),
        "LOOKOUT_IMAGE_DIFFERS": Code(
            "All images must have the same dimensions: {} has {}x{}, the first image {}x{}.", "line"
        ),
        "LOOKOUT_MASK": Code("The mask {} is missing, may not be read, or is no PNG.", "line"),
        "LOOKOUT_MASK_DIFFERS": Code("The mask {} has {}x{} pixels, its image {}x{}.", "line"),
        "LOOKOUT_MASK_COLOR": Code("The mask {} has the color {}, which no label of its line has.", "line"),
    }
)
flaw, refusal = CODES.flaw, CODES.refusal
