"""The built-in policies: ordinary documents that come with the program and cannot be changed.

docs/how-to/accounts-and-keys.md describes ours. Those of AWS have the names and the statements that AWS's
guides give them, in the folder aws/; attachments name them `aws:NAME`, which no policy of an account can be
called. They are not evaluated here.
"""

from functools import cache
from importlib.resources import files

# The one that lets others in.
ADMINISTRATOR_POLICY = "administrator"
NAMES = (ADMINISTRATOR_POLICY, "trainer", "labeller", "viewer", "caller", "annotator")

AWS = "aws:"
AWS_NAMES = (
    "AWSLambdaBasicExecutionRole",
    "AdministratorAccess",
    "AmazonLookoutVisionConsoleFullAccess",
    "AmazonLookoutVisionConsoleReadOnlyAccess",
    "AmazonLookoutVisionFullAccess",
    "AmazonLookoutVisionReadOnlyAccess",
    "AmazonRekognitionCustomLabelsFullAccess",
    "AmazonRekognitionFullAccess",
    "AmazonS3FullAccess",
    "AmazonS3ReadOnlyAccess",
    "IAMFullAccess",
    "IAMReadOnlyAccess",
    "PowerUserAccess",
)
# Of those whose ARN has one; the others have none.
PATHS = {f"{AWS}AWSLambdaBasicExecutionRole": "/service-role/"}
# Each of which lets its holder let others in.
ADMINISTRATORS = (ADMINISTRATOR_POLICY, f"{AWS}AdministratorAccess")


def is_builtin(name: str) -> bool:
    """Return whether a policy of this name comes with the program."""
    return name in NAMES or (name.startswith(AWS) and name.removeprefix(AWS) in AWS_NAMES)


def builtin_path(name: str) -> str:
    """Return the path in the ARN of a built-in policy."""
    return PATHS.get(name, "/")


@cache
def builtin_document(name: str) -> str:
    """Return the document of a built-in policy."""
    place = files(__package__)
    folder = place.joinpath("aws") if name.startswith(AWS) else place
    return folder.joinpath(f"{name.removeprefix(AWS)}.json").read_text("utf-8")
