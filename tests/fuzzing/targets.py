"""What strangers' bytes reach first, each as a function of bytes: it may refuse, and do nothing else.

A target returns, or raises what its table of refusals names; whatever else it raises is a finding, and so is
an assertion: what was read can be written and read again. `tools/fuzz.py` draws bytes for them, guided by
what they reach; `test_corpora.py` replays those that were kept.
"""

from collections.abc import Callable
from dataclasses import dataclass

from fuzzing import documents, pictured, protocols, uploads
from vedette.access.parse import MalformedPolicy
from vedette.errors import Refusal
from vedette.manifest.lines import BadLine
from vedette.monitoring.alarm import UnreadableRule
from vedette.vision.heads import CostlyPicture, TruncatedHead
from vedette.wire.errors import ProtocolFault
from vedette.wire.signed import SignatureFault


@dataclass(frozen=True, slots=True)
class FuzzTarget:
    """A function of bytes, and how it may refuse them."""

    run: Callable[[bytes], object]
    refusals: tuple[type[Exception], ...]

    def take(self, data: bytes) -> str:
        """Return how the bytes were refused, empty where they were taken; raise what is a finding."""
        try:
            self.run(data)
        except self.refusals as refusal:
            return type(refusal).__name__
        return ""


TARGETS = {
    "json": FuzzTarget(protocols.take_json, (ProtocolFault,)),
    "rest-json": FuzzTarget(protocols.take_rest_json, (ProtocolFault,)),
    "query": FuzzTarget(protocols.take_query, (ProtocolFault,)),
    "cbor": FuzzTarget(protocols.take_cbor, (ProtocolFault,)),
    "xml": FuzzTarget(protocols.take_xml, (ProtocolFault,)),
    "signatures": FuzzTarget(protocols.take_signature, (SignatureFault, ProtocolFault)),
    "chunks": FuzzTarget(protocols.take_chunks, (SignatureFault,)),
    "forms": FuzzTarget(protocols.take_form, (SignatureFault,)),
    "post-policies": FuzzTarget(protocols.take_post_policy, (SignatureFault,)),
    "policies": FuzzTarget(documents.take_policy, (MalformedPolicy,)),
    "manifests": FuzzTarget(documents.take_manifest, (BadLine,)),
    "mends": FuzzTarget(documents.take_mends, (BadLine, Refusal)),
    "templates": FuzzTarget(documents.take_template, (Refusal,)),
    "labels": FuzzTarget(uploads.take_labels, (Refusal,)),
    "bundles": FuzzTarget(uploads.take_bundle, (Refusal,)),
    "tokens": FuzzTarget(uploads.take_token, (Refusal,)),
    "passkeys": FuzzTarget(uploads.take_passkey, (Refusal,)),
    "expressions": FuzzTarget(uploads.take_expression, (Refusal,)),
    "statistics": FuzzTarget(uploads.take_statistic, (Refusal,)),
    "alarm-rules": FuzzTarget(uploads.take_alarm_rule, (UnreadableRule,)),
    "picture-tables": FuzzTarget(pictured.take_picture_table, (Refusal,)),
    "masks": FuzzTarget(pictured.take_mask, (Refusal,)),
    "pictures": FuzzTarget(documents.take_picture, (CostlyPicture, TruncatedHead)),
}
