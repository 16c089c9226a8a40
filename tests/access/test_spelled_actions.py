"""Every action that S3's handlers ask for exists: a misspelt one is granted to administrators alone."""

import re
from pathlib import Path

from vedette.access.actions import KNOWN
from vedette.api import s3

AUTHORISED = re.compile(r'"s3:([A-Z][A-Za-z]+)"')
# Spelled alike: the message that a topic gets when a bucket names it.
NO_ACTIONS = {"TestEvent"}


def test_every_action_that_a_handler_names_is_one_of_the_service():
    files = sorted(Path(s3.__file__).parent.glob("*.py"))
    names = {name for file in files for name in AUTHORISED.findall(file.read_text("utf-8"))}
    assert len(names) > 40
    assert {name for name in names if name.lower() not in KNOWN["s3"]} == NO_ACTIONS
