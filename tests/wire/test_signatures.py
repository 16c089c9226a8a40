"""Signatures made by botocore hold; whatever is changed afterwards does not."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doubles.signing import (
    KEY_ID,
    SECRET,
    changed,
    draft,
    signed_in_header,
    signed_link,
    signed_v2_header,
    signed_v2_link,
    with_header,
)
from vedette.wire.canonical import canonical_headers
from vedette.wire.http import Headers, Request
from vedette.wire.signed import SignatureFault, SignatureFaultKind
from vedette.wire.sigv4 import read_signature, verify


def quoted(text):
    return quote(text, safe="~")


def written(pair):
    name, value = pair
    return name if value is None else f"{name}={value}"


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
odd = ["a+b", "%25", "%2F", "a%20b", "~", "..", ".", "", "!*'()", "%7E", "%e2%82%ac", "a:b@c,d;e=f&g"]
paths = st.lists(texts.map(quoted) | st.sampled_from(odd), max_size=4).map(
    lambda parts: "/" + "/".join(parts)
)
names = st.sampled_from(["prefix", "list-type", "uploads", "tagKeys"]) | texts.filter(bool).map(quoted)
query_values = st.none() | texts.map(quoted) | st.sampled_from(["a+b", "%2f", "a=b", "/"])
repeating = st.lists(st.tuples(names, query_values), max_size=4)
queries = repeating.map(lambda pairs: "&".join(map(written, pairs)))
unique_queries = repeating.map(lambda pairs: "&".join(map(written, dict(pairs).items())))
values = st.text("abc XYZ,=;\t\u00e0\u00e9", max_size=20).map(str.strip)
headers = st.dictionaries(
    st.sampled_from(["x-amz-meta-a", "x-amz-meta-b-c", "Content-Type", "x-amz-acl", "Range"]),
    values,
    max_size=3,
)
methods = st.sampled_from(["GET", "PUT", "POST", "DELETE", "HEAD"])
services = st.sampled_from(["lookoutvision", "rekognition", "sts"])


def check(request, *, secret=SECRET, after=timedelta(0), bucket=""):
    signed = read_signature(request)
    moment = signed.expires_at - timedelta(minutes=1) if signed.form == "v2-query" else signed.date
    verify(signed, request, secret, moment + after, bucket=bucket)
    return signed


def refusal(request, **more):
    with pytest.raises(SignatureFault) as caught:
        check(request, **more)
    return caught.value.kind


@given(methods, paths, queries, headers, st.binary(max_size=20))
def test_a_header_signature_for_s3_holds(method, path, query, fields, body):
    request = signed_in_header(draft(method, path, query=query, headers=fields, body=body))
    assert check(request, after=timedelta(seconds=5)).key_id == KEY_ID


@given(paths, queries, headers, st.binary(max_size=20), services)
def test_a_header_signature_for_other_services_holds(path, query, fields, body, service):
    request = signed_in_header(draft("POST", path, query=query, headers=fields, body=body), service=service)
    assert check(request).service == service


@given(paths, unique_queries, services | st.just("s3"))
def test_a_link_of_version_4_holds(path, query, service):
    request = signed_link(draft("GET", path, query=query), token="a/token==", service=service)
    signed = check(request)
    assert (signed.token, signed.service) == ("a/token==", service)
    assert signed.expires_at == signed.date + timedelta(hours=1)


@given(methods, paths, queries, headers, st.sampled_from([None, "a/token=="]))
def test_a_header_of_version_2_holds(method, path, query, fields, token):
    request = signed_v2_header(draft(method, path, query=query, headers=fields), token=token)
    assert check(request).token == (token or "")


@given(methods, paths, unique_queries, st.sampled_from([None, "a/token=="]))
def test_a_link_of_version_2_holds(method, path, query, token):
    request = signed_v2_link(draft(method, path, query=query), token=token)
    signed = check(request)
    assert (signed.form, signed.service, signed.token) == ("v2-query", "s3", token or "")


def test_a_virtual_host_is_part_of_what_version_2_signs():
    wanted = draft("GET", "/key")
    wanted.auth_path = "/bucket/key"
    request = signed_v2_link(wanted)
    assert refusal(request) is SignatureFaultKind.MISMATCH
    check(request, bucket="bucket")


@pytest.mark.parametrize("signer", [signed_v2_header, signed_v2_link])
def test_version_2_may_sign_a_bucket_with_a_slash_behind_it(signer):
    wanted = draft("GET", "/bucket")
    wanted.auth_path = "/bucket/"
    check(signer(wanted))
    a_key = draft("GET", "/bucket/key")
    a_key.auth_path = "/bucket/key/"
    assert refusal(signer(a_key)) is SignatureFaultKind.MISMATCH
    a_key_by_host = draft("GET", "/key")
    a_key_by_host.auth_path = "/bucket/key/"
    assert refusal(signer(a_key_by_host), bucket="bucket") is SignatureFaultKind.MISMATCH


@pytest.mark.parametrize("part", ["ownershipControls", "policyStatus", "attributes"])
def test_version_2_may_leave_young_sub_resources_out_where_they_only_read(part):
    check(signed_v2_header(draft("PUT", "/b/k", query=part)))
    check(signed_v2_link(draft("GET", "/b/k", query=part)))
    stretched = signed_v2_link(draft("DELETE", "/b/k"))
    assert (
        refusal(changed(stretched, raw_query=f"{stretched.raw_query}&{part}")) is SignatureFaultKind.MISMATCH
    )


def test_what_a_version_2_link_was_made_for_must_be_sent():
    wanted = draft("PUT", "/b/k", headers={"Content-Type": "image/png"})
    request = signed_v2_link(wanted)
    check(with_header(request, "content-type", "image/png"))
    assert refusal(with_header(request, "content-type", "image/gif")) is SignatureFaultKind.MISMATCH


@pytest.mark.parametrize("addition", ["acl", "versionId=1", "encryption", "retention", "response-expires=1"])
def test_a_version_2_link_cannot_be_stretched(addition):
    request = signed_v2_link(draft("PUT", "/b/k"))
    stretched = changed(request, raw_query=f"{request.raw_query}&{addition}")
    assert refusal(stretched) is SignatureFaultKind.MISMATCH


@pytest.mark.parametrize("text", ["", "Bad Date", "Tue, 07 Jul 1950 21:53:04 GMT"])
def test_a_date_that_is_none_is_said_to_be_none(text):
    request = signed_v2_header(draft("PUT", "/b/k"))
    assert refusal(with_header(request, "x-amz-date", text)) is SignatureFaultKind.BAD_DATE


def test_an_empty_region_is_read_as_such():
    request = signed_in_header(draft("POST", "/"), service="rekognition", region="")
    assert check(request).region == ""


def test_a_date_header_serves_where_x_amz_date_is_absent():
    request = signed_in_header(draft("POST", "/", headers={"Date": "x"}, body=b"{}"), service="rekognition")
    assert "x-amz-date" not in request.headers
    check(request)


def test_characters_that_could_have_been_escaped_may_be_sent_plain():
    """Some clients sign `%28` and send a parenthesis: the rule's spelling is tried as well."""
    request = signed_in_header(draft("GET", "/b/a%28b%29", query="prefix=x%3Ay"))
    check(changed(request, raw_path="/b/a(b)", raw_query="prefix=x:y"))


def example_request(query="", range_=None):
    """A request of AWS's own examples for S3 (Signature Version 4, header form, 2013-05-24)."""
    fields = [("host", "examplebucket.s3.amazonaws.com"), ("x-amz-date", "20130524T000000Z")]
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    fields.append(("x-amz-content-sha256", empty))
    return Request("GET", "/test.txt" if range_ else "/", query, Headers(fields + (range_ or [])))


@pytest.mark.parametrize(
    ("query", "more", "names", "signature"),
    [
        (
            "",
            [("range", "bytes=0-9")],
            "host;range;x-amz-content-sha256;x-amz-date",
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
        ),
        (
            "lifecycle",
            None,
            "host;x-amz-content-sha256;x-amz-date",
            "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
        ),
        (
            "max-keys=2&prefix=J",
            None,
            "host;x-amz-content-sha256;x-amz-date",
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
        ),
    ],
)
def test_the_published_examples_hold(query, more, names, signature):
    request = with_header(
        example_request(query, more),
        "authorization",
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
        f"SignedHeaders={names},Signature={signature}",
    )
    check(request, secret="wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")


def test_the_published_example_of_a_link_holds():
    query = (
        "X-Amz-Algorithm=AWS4-HMAC-SHA256"
        "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
        "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
        "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
    )
    host = Headers([("host", "examplebucket.s3.amazonaws.com")])
    request = Request("GET", "/test.txt", query, host)
    check(request, secret="wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")


MAKERS = {
    "s3": lambda: signed_in_header(
        draft("PUT", "/b/k", query="partNumber=1", headers={"x-amz-meta-a": "1"}, body=b"body")
    ),
    "rekognition": lambda: signed_in_header(
        draft("POST", "/b/k", query="partNumber=1", headers={"x-amz-target": "R.Op"}, body=b"body"),
        service="rekognition",
    ),
    "link": lambda: signed_link(draft("GET", "/b/k", query="partNumber=1")),
    "v2-header": lambda: signed_v2_header(
        draft("PUT", "/b/k", query="partNumber=1", headers={"x-amz-meta-a": "1"})
    ),
    "v2-link": lambda: signed_v2_link(draft("GET", "/b/k", query="partNumber=1")),
}
CHANGES = {
    "method": lambda request: changed(request, method="DELETE"),
    "path": lambda request: changed(request, raw_path="/b/l"),
    "path case": lambda request: changed(request, raw_path="/B/k"),
    "parameter": lambda request: changed(
        request, raw_query=request.raw_query.replace("partNumber=1", "partNumber=2")
    ),
    "parameter gone": lambda request: changed(
        request, raw_query=request.raw_query.replace("partNumber=1", "")
    ),
    "parameter more": lambda request: changed(request, raw_query=request.raw_query + "&versionId=3"),
}


@pytest.mark.parametrize("maker", MAKERS)
@pytest.mark.parametrize("change", CHANGES)
def test_a_request_changed_after_signing_is_refused(maker, change):
    request = MAKERS[maker]()
    check(request)
    assert refusal(CHANGES[change](request)) is SignatureFaultKind.MISMATCH


@pytest.mark.parametrize("maker", MAKERS)
def test_another_secret_is_refused(maker):
    assert refusal(MAKERS[maker](), secret=SECRET[:-1]) is SignatureFaultKind.MISMATCH


@pytest.mark.parametrize("maker", MAKERS)
@given(data=st.data())
def test_each_character_of_a_signature_counts(maker, data):
    signed = read_signature(MAKERS[maker]())
    at = data.draw(st.integers(0, len(signed.signature) - 1))
    other = data.draw(st.sampled_from("0aZ/é"))
    forged = signed.signature[:at] + other + signed.signature[at + 1 :]
    moment = signed.date - timedelta(minutes=1) if signed.form == "v2-query" else signed.date
    if forged != signed.signature:
        with pytest.raises(SignatureFault) as caught:
            verify(replace(signed, signature=forged), MAKERS[maker](), SECRET, moment)
        assert caught.value.kind is SignatureFaultKind.MISMATCH


@pytest.mark.parametrize("part", ["key_id", "region", "service"])
def test_each_part_of_the_scope_counts(part):
    request = MAKERS["rekognition"]()
    signed = read_signature(request)
    if part == "key_id":
        # The key's name is not signed: it finds the secret, and the secret is what counts.
        verify(replace(signed, key_id="other"), request, SECRET, signed.date)
        return
    with pytest.raises(SignatureFault):
        verify(replace(signed, **{part: "other"}), request, SECRET, signed.date)


@pytest.mark.parametrize("name", ["host", "x-amz-meta-a", "x-amz-content-sha256"])
def test_a_signed_header_counts(name):
    assert refusal(with_header(MAKERS["s3"](), name, "other")) is SignatureFaultKind.MISMATCH
    gone = with_header(MAKERS["s3"](), name, None)
    assert refusal(gone) in (SignatureFaultKind.MISMATCH, SignatureFaultKind.NO_CONTENT_SHA256)


def test_the_body_of_a_json_request_counts():
    request = MAKERS["rekognition"]()
    assert refusal(changed(request, body=b"bodY")) is SignatureFaultKind.MISMATCH


def test_a_declared_hash_is_compared_with_the_body():
    fields = {"X-Amz-Content-SHA256": "230d8358dc8e8890b4c58deeb62912ee2f20357ae92a5cc861b98e68fe31acb5"}
    request = signed_in_header(draft("POST", "/", headers=fields, body=b"body"), service="rekognition")
    check(request)
    assert refusal(changed(request, body=b"bodY")) is SignatureFaultKind.CONTENT_SHA256_MISMATCH


def test_an_unsigned_payload_may_be_anything():
    fields = {"X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD"}
    request = signed_in_header(draft("POST", "/", headers=fields, body=b"body"), service="lookoutvision")
    check(changed(request, body=b"other"))


@pytest.mark.parametrize("maker", ["s3", "rekognition", "link"])
def test_an_amz_header_beside_the_signature_is_refused(maker):
    request = with_header(MAKERS[maker](), "x-amz-copy-source", "/other/key")
    assert refusal(request) is SignatureFaultKind.UNSIGNED_HEADERS


@pytest.mark.parametrize(
    ("after", "kind"),
    [(15.1, SignatureFaultKind.SKEWED), (-15.1, SignatureFaultKind.SKEWED), (14.9, None), (-14.9, None)],
)
@pytest.mark.parametrize("maker", ["s3", "rekognition", "v2-header"])
def test_a_header_holds_for_fifteen_minutes_either_way(maker, after, kind):
    request = MAKERS[maker]()
    if kind is None:
        check(request, after=timedelta(minutes=after))
    else:
        assert refusal(request, after=timedelta(minutes=after)) is kind


@pytest.mark.parametrize("maker", ["v2-header", "v2-link"])
def test_version_two_names_s3_and_no_region(maker):
    claim = read_signature(MAKERS[maker]())
    assert (claim.service, claim.region) == ("s3", "")


def test_a_link_has_its_own_time():
    request = MAKERS["link"]()
    check(request, after=timedelta(minutes=59))
    assert refusal(request, after=timedelta(minutes=60)) is SignatureFaultKind.EXPIRED
    assert refusal(request, after=timedelta(minutes=-16)) is SignatureFaultKind.NOT_YET_VALID
    assert refusal(MAKERS["v2-link"](), after=timedelta(minutes=1)) is SignatureFaultKind.EXPIRED


@pytest.mark.parametrize(
    ("lifetime", "kind"),
    [
        ("604800", None),
        ("604801", SignatureFaultKind.EXPIRES_OUT_OF_RANGE),
        ("9" * 5000, SignatureFaultKind.EXPIRES_OUT_OF_RANGE),
        ("-1", SignatureFaultKind.EXPIRES_OUT_OF_RANGE),
        ("soon", SignatureFaultKind.MALFORMED),
        ("", SignatureFaultKind.INCOMPLETE),
        ("0", SignatureFaultKind.EXPIRED),
        ("²", SignatureFaultKind.MALFORMED),
    ],
)
def test_a_link_lasts_a_week_at_most(lifetime, kind):
    request = signed_link(draft("GET", "/b/k"), expires=lifetime)
    if kind is None:
        check(request)
    else:
        assert refusal(request) is kind


def test_a_request_without_any_signature_is_none():
    assert read_signature(Request("GET", "/", "Expires=1&x=y", Headers())) is None


WELL = "Credential=K/20261120/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=00"
V4 = f"AWS4-HMAC-SHA256 {WELL}"


@pytest.mark.parametrize(
    ("authorization", "kind"),
    [
        ("Bearer abc", SignatureFaultKind.UNSUPPORTED),
        ("Basic abc", SignatureFaultKind.UNSUPPORTED),
        ("AWS4-ECDSA-P256-SHA256 " + WELL, SignatureFaultKind.UNSUPPORTED),
        ("AWS4-HMAC-SHA256", SignatureFaultKind.UNSUPPORTED),
        ("AWS4-HMAC-SHA256 ", SignatureFaultKind.INCOMPLETE),
        ("AWS4-HMAC-SHA256 Credential", SignatureFaultKind.INCOMPLETE),
        (V4.replace("Credential=", "Cred="), SignatureFaultKind.INCOMPLETE),
        (V4.replace("SignedHeaders=host", "SignedHeaders="), SignatureFaultKind.INCOMPLETE),
        (V4.replace("Signature=00", ""), SignatureFaultKind.INCOMPLETE),
        (V4.replace("K/", ""), SignatureFaultKind.MALFORMED),
        (V4.replace("K/", "/"), SignatureFaultKind.MALFORMED),
        (V4.replace("20261120", "20261121"), SignatureFaultKind.MALFORMED),
        (V4.replace("aws4_request", "aws5_request"), SignatureFaultKind.MALFORMED),
        (V4.replace("host", "range"), SignatureFaultKind.MALFORMED),
        (V4.replace("host", "é;;;"), SignatureFaultKind.MALFORMED),
        (V4.replace("us-east-1", "é"), SignatureFaultKind.MISMATCH),
        (V4, SignatureFaultKind.MISMATCH),
        ("AWS key", SignatureFaultKind.MALFORMED),
        ("AWS :sig", SignatureFaultKind.MALFORMED),
        ("AWS key:", SignatureFaultKind.MALFORMED),
        ("AWS key:sig", SignatureFaultKind.MISMATCH),
    ],
)
def test_a_broken_authorization_is_named(authorization, kind):
    fields = [("host", "h"), ("x-amz-date", "20261120T190000Z"), ("x-amz-content-sha256", "UNSIGNED-PAYLOAD")]
    request = Request("GET", "/", "", Headers([*fields, ("authorization", authorization)]))
    if authorization == V4.replace("us-east-1", "é") or authorization == V4:
        request = with_header(request, "authorization", authorization.replace("host", "host;x-amz-date"))
    assert refusal(request) is kind


@pytest.mark.parametrize(
    "date",
    ["", "now", "20261320T000000Z", "20261120T000000", "Fri, 99 Nov 2026 00:00:00 GMT", "20261120T0000é0Z"],
)
def test_a_date_that_cannot_be_read_is_named(date):
    request = Request("GET", "/", "", Headers([("host", "h"), ("x-amz-date", date), ("authorization", V4)]))
    assert refusal(request) is SignatureFaultKind.BAD_DATE


def test_two_signatures_at_once_are_refused():
    request = MAKERS["link"]()
    assert refusal(with_header(request, "authorization", V4)) is SignatureFaultKind.AMBIGUOUS


@pytest.mark.parametrize("name", ["Algorithm", "Credential", "Date", "Expires", "SignedHeaders"])
def test_each_part_of_a_link_is_needed_and_only_once(name):
    request = MAKERS["link"]()
    pairs = request.raw_query.split("&")
    kept = [pair for pair in pairs if not pair.startswith(f"X-Amz-{name}=")]
    assert refusal(changed(request, raw_query="&".join(kept))) is SignatureFaultKind.INCOMPLETE
    twice = changed(request, raw_query=f"{request.raw_query}&X-Amz-{name}=x")
    assert refusal(twice) is SignatureFaultKind.MALFORMED


@pytest.mark.parametrize("expires", ["", "x", "-1", "1e3", "9" * 30, "²"])
def test_a_version_2_link_needs_seconds(expires):
    request = Request("GET", "/", f"AWSAccessKeyId=a&Signature=b&Expires={quote(expires)}", Headers())
    assert refusal(request) in (SignatureFaultKind.BAD_DATE, SignatureFaultKind.INCOMPLETE)


@given(st.text(max_size=80), st.text(max_size=80), st.text(max_size=40))
def test_no_text_whatever_breaks_the_reader(authorization, query, date):
    fields = [("authorization", authorization), ("x-amz-date", date), ("host", "h")]
    for prefix in ("", "AWS4-HMAC-SHA256 Credential=", "AWS "):
        fields[0] = ("authorization", prefix + authorization)
        with pytest.raises(SignatureFault):
            check(Request("GET", "/", f"X-Amz-Credential={query}", Headers(fields)))


def test_the_secret_and_the_signature_stay_out_of_the_text_of_a_claim():
    signed = read_signature(MAKERS["s3"]())
    assert signed.signature not in repr(signed)
    assert datetime.now(UTC) - signed.date < timedelta(minutes=1)  # noqa: TID251  (botocore's own clock)


@given(
    st.permutations(["Credential=K/20261120/r/s3/aws4_request", "SignedHeaders=Host;range", "Signature=ab="])
)
def test_the_parameters_of_a_header_are_read_in_any_order(parameters):
    for separator in (", ", ",", " ,  "):
        header = f"AWS4-HMAC-SHA256 {separator.join(parameters)} "
        fields = [("x-amz-date", "20261120T190000Z"), ("x-amz-content-sha256", "UNSIGNED-PAYLOAD")]
        signed = read_signature(Request("GET", "/", "", Headers([*fields, ("authorization", header)])))
        assert (signed.key_id, signed.region, signed.service) == ("K", "r", "s3")
        assert (signed.signed_headers, signed.signature) == (("host", "range"), "ab=")
        assert (signed.stamp, signed.scope) == ("20261120T190000Z", "20261120/r/s3/aws4_request")


def test_of_a_signature_that_is_there_twice_the_last_is_read():
    parameters = "Credential=K/20261120/r/s3/aws4_request, SignedHeaders=host, Signature=a, Signature=b"
    fields = [("x-amz-date", "20261120T190000Z"), ("x-amz-content-sha256", "UNSIGNED-PAYLOAD")]
    header = ("authorization", f"AWS4-HMAC-SHA256 {parameters}")
    assert read_signature(Request("GET", "/", "", Headers([*fields, header]))).signature == "b"


@given(st.text(st.characters(max_codepoint=255), max_size=30))
def test_a_header_s_white_space_is_made_one_whichever_it_is(value):
    wanted = b" ".join(value.encode("latin-1").split()).decode("latin-1")
    assert canonical_headers(Headers([("A", value), ("b", "x"), ("a", "y")]), ("a",)) == f"a:{wanted},y\n"
    assert canonical_headers(Headers([("A", value)]), ("a",)) == f"a:{wanted}\n"


@given(st.lists(st.tuples(st.sampled_from("abA"), st.text(max_size=3))))
def test_headers_are_found_by_name_in_the_order_they_came(fields):
    headers = Headers(fields)
    for name in ("a", "b", "c"):
        every = [value for key, value in fields if key.lower() == name]
        assert headers.every(name) == every
        assert headers.get(name, "none") == (every or ["none"])[0]
        assert (name in headers) == bool(every)


@pytest.mark.parametrize("seconds", ["-1", "604801", "x"])
def test_a_wrong_lifetime_is_a_fault_of_the_link(seconds):
    request = signed_link(draft("GET", "/b/k"))
    query = re.sub("X-Amz-Expires=[^&]*", f"X-Amz-Expires={seconds}", request.raw_query)
    with pytest.raises(SignatureFault) as refused:
        check(changed(request, raw_query=query))
    assert refused.value.form == "query"
