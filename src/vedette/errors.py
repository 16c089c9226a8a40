"""The refusals: what can go wrong, in the product's own words.

    Refusal
    ├── Missing      the thing named does not exist
    ├── Taken        a thing of that name exists already
    ├── Busy         its state forbids this now
    ├── Wrong        the request can never be right as it stands
    ├── BadToken     a page token that this installation did not give out
    ├── MalformedPolicy  a policy document that could not be obeyed as it is written
    ├── Denied       the caller may not
    ├── TooEarly     right request, but the thing is still being made
    ├── TooMuch      a limit of this installation
    ├── TooFast      more at once than can be done now; later it can
    ├── NoSpace      the disk is full
    ├── Unwritable   the disk is read-only, failing or damaged
    └── Unbuilt      a real operation that is not supported yet

A room raises these and knows no HTTP. Each dialect in api/ turns them into its
own faults, and tests/api/test_faults.py fails when one has no translation.
"""


class Refusal(Exception):
    """A request refused for a reason its sender can understand.

    `kind` and `name` say which thing it was about, in the product's words
    ("project", "dataset", "version"), since some dialects answer with them.
    """

    def __init__(self, sentence: str, *, kind: str = "", name: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.kind = kind
        self.name = name


class Missing(Refusal):
    """The thing named does not exist."""


class Taken(Refusal):
    """A thing of that name exists already."""


class Busy(Refusal):
    """The thing's state forbids this now."""


class Wrong(Refusal):
    """The request can never be right as it stands."""


class BadToken(Refusal):
    """A page token that this installation did not give out."""


class MalformedPolicy(Refusal):
    """A policy document that could not be obeyed as it is written."""


class Denied(Refusal):
    """The caller may not do this."""


class TooEarly(Refusal):
    """The request is right, but the thing is still being made."""


class TooMuch(Refusal):
    """A limit of this installation is reached."""


class TooFast(Refusal):
    """More at once than can be done now; the same request may be sent again."""


class NoSpace(Refusal):
    """The disk of the installation is full."""


class Unwritable(Refusal):
    """The disk of the installation is read-only, failing or damaged."""


class Unbuilt(Refusal):
    """A real operation that is not supported yet."""
