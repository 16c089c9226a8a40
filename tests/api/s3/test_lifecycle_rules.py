"""Lifecycle documents: what is taken, what is refused and how, and what rules come of them."""

import pytest

from vedette.api.s3.faults import S3Fault
from vedette.api.s3.lifecycle_rules import read_rules
from vedette.store.blobs.rules import ExpiryRule, RuleFilter
from vedette.wire.errors import ProtocolFault

DAYS = "<Expiration><Days>3</Days></Expiration>"


def document(*rules):
    inside = "".join(f"<Rule>{rule}</Rule>" for rule in rules)
    return f'<LifecycleConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{inside}</LifecycleConfiguration>'.encode()


def rule(actions=DAYS, *, where="<Filter/>", status="Enabled", more=""):
    return f"{more}{where}<Status>{status}</Status>{actions}"


def refusal(*rules):
    with pytest.raises((S3Fault, ProtocolFault)) as caught:
        read_rules(document(*rules))
    return getattr(caught.value, "code", "MalformedXML")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (rule(), ExpiryRule("rule-1", days=3)),
        (rule(where="<Prefix>in/</Prefix>"), ExpiryRule("rule-1", RuleFilter("in/"), days=3)),
        (rule(where="<Filter><Prefix></Prefix></Filter>"), ExpiryRule("rule-1", days=3)),
        (
            rule(where="<Filter><Tag><Key>a</Key><Value></Value></Tag></Filter>", more="<ID>x</ID>"),
            ExpiryRule("x", RuleFilter(tags=(("a", ""),)), days=3),
        ),
        (
            rule(
                where="<Filter><And><Prefix>in/</Prefix><Tag><Key>b</Key><Value>2</Value></Tag><Tag><Key>a</Key>"
                "<Value>1</Value></Tag><ObjectSizeGreaterThan>5</ObjectSizeGreaterThan>"
                "<ObjectSizeLessThan>9</ObjectSizeLessThan></And></Filter>"
            ),
            ExpiryRule("rule-1", RuleFilter("in/", (("a", "1"), ("b", "2")), 5, 9), days=3),
        ),
        (
            # Refused by S3; here everything must hold, also what stands beside And.
            rule(
                where="<Filter><Prefix>in/</Prefix><Tag><Key>a</Key><Value>1</Value></Tag><And>"
                "<Prefix>in</Prefix><Tag><Key>b</Key><Value>2</Value></Tag></And></Filter>"
            ),
            ExpiryRule("rule-1", RuleFilter("in/", (("a", "1"), ("b", "2"))), days=3),
        ),
        (
            rule("<Expiration><Date>2030-01-01T00:00:00Z</Date></Expiration>"),
            ExpiryRule("rule-1", date_ms=1893456000000),
        ),
        (
            rule(
                "<Expiration><Date>2030-01-01</Date></Expiration>",
                where="<Filter>\n <Prefix>a</Prefix>\n</Filter>",
            ),
            ExpiryRule("rule-1", RuleFilter("a"), date_ms=1893456000000),
        ),
        (
            rule("<Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>"),
            ExpiryRule("rule-1", lone_markers=True),
        ),
        (
            rule(
                "<NoncurrentVersionExpiration><NoncurrentDays>2</NoncurrentDays>"
                "<NewerNoncurrentVersions>5</NewerNoncurrentVersions></NoncurrentVersionExpiration>"
                "<AbortIncompleteMultipartUpload><DaysAfterInitiation>7</DaysAfterInitiation>"
                "</AbortIncompleteMultipartUpload>"
            ),
            ExpiryRule("rule-1", noncurrent_days=2, kept_noncurrent=5, upload_days=7),
        ),
        (
            rule("<Transition><Days>0</Days><StorageClass>GLACIER</StorageClass></Transition>"),
            ExpiryRule("rule-1"),
        ),
    ],
)
def test_a_rule_is_read_as_it_was_meant(text, wanted):
    assert read_rules(document(text)) == (wanted,)


def test_a_disabled_rule_is_none_and_names_are_given_where_there_are_none():
    rules = read_rules(document(rule(more="<ID>rule-1</ID>"), rule(), rule(status="Disabled"), rule()))
    assert [each.id for each in rules] == ["rule-1", "rule-2", "rule-4"]


TAG = "<Tag><Key>a</Key><Value>1</Value></Tag>"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (rule(""), "InvalidRequest"),
        (rule(status="enabled"), "MalformedXML"),
        (rule(where=""), "MalformedXML"),
        (rule(where="<Prefix>a</Prefix><Filter/>"), "MalformedXML"),
        (rule(more=f"<ID>{'a' * 256}</ID>"), "InvalidArgument"),
        (rule("<Expiration/>"), "MalformedXML"),
        (rule("<Expiration><Days>0</Days></Expiration>"), "InvalidArgument"),
        (rule("<Expiration><Days>-1</Days></Expiration>"), "InvalidArgument"),
        (rule("<Expiration><Days>99999999999</Days></Expiration>"), "MalformedXML"),
        (rule("<Expiration><Days>three</Days></Expiration>"), "MalformedXML"),
        (rule("<Expiration><Date>2030-01-01T10:00:00Z</Date></Expiration>"), "InvalidArgument"),
        (rule("<Expiration><Days>1</Days><Date>2030-01-01T00:00:00Z</Date></Expiration>"), "MalformedXML"),
        (
            rule(
                "<Expiration><Days>1</Days><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>"
            ),
            "MalformedXML",
        ),
        (
            rule(
                "<Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>",
                where=f"<Filter>{TAG}</Filter>",
            ),
            "InvalidRequest",
        ),
        (rule("<NoncurrentVersionExpiration/>"), "MalformedXML"),
        (
            rule(
                "<NoncurrentVersionExpiration><NoncurrentDays>0</NoncurrentDays></NoncurrentVersionExpiration>"
            ),
            "InvalidArgument",
        ),
        (
            rule(
                "<NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays>"
                "<NewerNoncurrentVersions>101</NewerNoncurrentVersions></NoncurrentVersionExpiration>"
            ),
            "InvalidArgument",
        ),
        (
            rule(
                "<AbortIncompleteMultipartUpload><DaysAfterInitiation>0</DaysAfterInitiation>"
                "</AbortIncompleteMultipartUpload>"
            ),
            "InvalidArgument",
        ),
        (
            rule(
                "<AbortIncompleteMultipartUpload><DaysAfterInitiation>1</DaysAfterInitiation>"
                "</AbortIncompleteMultipartUpload>",
                where=f"<Filter>{TAG}</Filter>",
            ),
            "InvalidRequest",
        ),
        (
            rule("<Transition><Days>1</Days><StorageClass>STANDARD</StorageClass></Transition>"),
            "MalformedXML",
        ),
        (rule("<Transition><StorageClass>GLACIER</StorageClass></Transition>"), "MalformedXML"),
        (
            rule("<Transition><Days>-1</Days><StorageClass>GLACIER</StorageClass></Transition>"),
            "InvalidArgument",
        ),
        (
            rule(
                "<Transition><Date>1970-08-23T00:55:27Z</Date><StorageClass>GLACIER</StorageClass></Transition>"
            ),
            "InvalidArgument",
        ),
        (
            rule(DAYS + "<Transition><Days>3</Days><StorageClass>GLACIER</StorageClass></Transition>"),
            "InvalidArgument",
        ),
        # What is not understood would widen what goes, were it passed over.
        (rule(where="<Filter><CreatedBefore>2020</CreatedBefore></Filter>"), "MalformedXML"),
        (rule(where="<Filter><Prefix>a</Prefix><Prefix>b</Prefix></Filter>"), "MalformedXML"),
        (rule(where="<Filter><Prefix>a</Prefix></Filter><Filter/>"), "MalformedXML"),
        (rule(where="<Filter><Prefix>a<b/></Prefix></Filter>"), "MalformedXML"),
        (rule(where="<Filter><And/></Filter>"), "MalformedXML"),
        (rule(where=f"<Filter>{TAG}{TAG}</Filter>"), "MalformedXML"),
        (rule(where="<Filter><Tag><Key>a</Key></Tag></Filter>"), "MalformedXML"),
        (
            rule(where=f"<Filter><And>{TAG}<Tag><Key>a</Key><Value>2</Value></Tag></And></Filter>"),
            "InvalidRequest",
        ),
        (rule(where="<Filter><Prefix>a</Prefix><And><Prefix>b</Prefix></And></Filter>"), "InvalidArgument"),
        (rule(more="<Priority>1</Priority>"), "MalformedXML"),
        (rule(where="<Filter>in/</Filter>"), "MalformedXML"),
        (rule(where='<Filter Prefix="in/"/>'), "MalformedXML"),
        (rule(where="<Filter><prefix>in/</prefix></Filter>"), "MalformedXML"),
        (rule("<Expiration><Date>0</Date></Expiration>"), "MalformedXML"),
        (rule("<Expiration><Date>1577836800</Date></Expiration>"), "MalformedXML"),
        (rule(where="<Filter><ObjectSizeLessThan>-1</ObjectSizeLessThan></Filter>"), "InvalidArgument"),
    ],
)
def test_a_rule_that_cannot_be_carried_out_as_written_is_refused(text, code):
    assert refusal(text) == code


def test_a_document_is_refused_as_a_whole():
    assert refusal() == "MalformedXML"
    assert refusal(rule(), rule(status="off")) == "MalformedXML"
    assert refusal(rule(more="<ID>a</ID>"), rule(more="<ID>a</ID>")) == "InvalidArgument"
    assert refusal(*[rule()] * 1001) == "MalformedXML"
