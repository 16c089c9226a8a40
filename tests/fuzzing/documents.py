"""Documents that somebody wrote: policies, manifests, templates, pictures."""

import contextlib

from vedette.access.explain import explain, keys_of
from vedette.access.judge import judge
from vedette.access.parse import parse_policy
from vedette.access.policy import PolicyKind
from vedette.access.request import AccessRequest, AccessSubject, SubjectKind
from vedette.dialects.cloudformation.functions import TemplateValues
from vedette.dialects.cloudformation.graph import check_mentions, in_order
from vedette.dialects.cloudformation.parameters import GivenParameters, check_declarations
from vedette.dialects.cloudformation.template import read_template
from vedette.dialects.registry import DIALECTS
from vedette.errors import Refusal
from vedette.manifest.lines import read_line
from vedette.manifest.marks import canonical_line, strip_marks
from vedette.manifest.mending import MENDS, mend_json, mend_line
from vedette.vision.exif import read_orientation
from vedette.vision.heads import lean_head, lean_picture, plain_jpeg, refuse_costly

SOMEBODY = AccessSubject(
    SubjectKind.USER, "111122223333", "arn:aws:iam::111122223333:user/ann", name="ann", tags={"team": "a"}
)
ASKED = AccessRequest(
    SOMEBODY,
    "s3:GetObject",
    "arn:aws:s3:::bucket/pictures/one.png",
    context={"aws:sourceip": "10.1.2.3", "s3:prefix": "pictures/", "aws:username": "ann"},
)
PSEUDO = {"AWS::Region": "us-east-1", "AWS::AccountId": "111122223333", "AWS::StackName": "stack"}


def take_policy(data: bytes) -> None:
    """The first byte is the kind."""
    kinds = list(PolicyKind)
    policy = parse_policy(data[1:], kinds[data[0] % len(kinds) if data else 0])
    decision = judge(ASKED, identity=[policy], resource=[policy])
    assert not (decision.allowed and decision.explicit_deny), "allowed and denied"
    assert explain(ASKED, identity=[policy], resource=[policy]).allowed == decision.allowed
    keys_of([policy])


def take_manifest(data: bytes) -> None:
    line = read_line(data)
    for dialect in DIALECTS.values():
        dialect.judge_line(line)
        dialect.judge_line(line, strict=False)
    canonical = canonical_line(line)
    assert canonical_line(canonical).text == canonical.text, "a canonical line is not its own"
    assert read_line(strip_marks(line).text).values == strip_marks(line).values


def take_mends(data: bytes) -> None:
    with contextlib.suppress(Refusal):
        mend_json(data.decode("utf-8", "replace"))
    line = read_line(data)
    for kind in MENDS:
        try:
            mended = mend_line(kind, line, "a")
        except Refusal:
            continue
        assert read_line(mended.text).values == mended.values


def take_template(data: bytes) -> None:
    template = read_template(data.decode("utf-8", "replace"))
    check_declarations(template)
    check_mentions(template, {})
    given = {name: str(declared.get("Default", "")) for name, declared in template.parameters.items()}
    values = TemplateValues(template, GivenParameters(given, frozenset()), PSEUDO, plans=True)
    for name in in_order(values):
        values.resolve(dict(template.resources[name].properties))
    for output in template.outputs.values():
        values.resolve(dict(output))


def take_picture(data: bytes) -> None:
    refuse_costly(data)
    plain_jpeg(data)
    read_orientation(data)
    whole = lean_picture(data)
    if whole is not None:
        lean = b"".join(whole)
        assert len(lean) <= len(data), "what a decoder needs is more than there is"
        again = lean_picture(lean)
        assert again is None or b"".join(again) == lean, "what is lean can be made leaner"
    lean_head(data)
    lean_head(data[: len(data) // 2], is_whole=False)
