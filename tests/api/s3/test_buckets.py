"""Buckets and the settings on them, through boto3 against a real server."""

import urllib.error
import urllib.request

import pytest

RULE = {"ID": "old", "Status": "Enabled", "Filter": {"Prefix": "tmp/"}, "Expiration": {"Days": 3}}


def test_buckets_are_listed_in_pages(s3, bucket):
    s3.create_bucket(Bucket=f"too-{bucket}")
    everything = [entry["Name"] for entry in s3.list_buckets()["Buckets"]]
    assert bucket in everything
    first = s3.list_buckets(MaxBuckets=1)
    rest = s3.list_buckets(ContinuationToken=first["ContinuationToken"])
    assert [entry["Name"] for entry in first["Buckets"] + rest["Buckets"]] == sorted(everything)
    assert [entry["Name"] for entry in s3.list_buckets(Prefix=bucket)["Buckets"]] == [bucket]


def test_the_location_of_the_first_region_is_nothing(s3, server, bucket):
    assert s3.get_bucket_location(Bucket=bucket)["LocationConstraint"] is None
    s3.create_bucket(Bucket="in-frankfurt", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    assert s3.get_bucket_location(Bucket="in-frankfurt")["LocationConstraint"] == "eu-central-1"


@pytest.mark.parametrize("name", ["aa", "Upper", "under_score", "192.168.5.123", "a..b", "dash-"])
def test_a_bad_name_is_refused(server, refused, name):
    s3 = server.client("s3")

    def rename(params, **_):
        params["url"] = params["url"].replace("placeholder", name)
        params["url_path"] = params["url_path"].replace("placeholder", name)

    s3.meta.events.register("before-call.s3.CreateBucket", rename)
    assert refused(s3.create_bucket, Bucket="placeholder") == ("InvalidBucketName", 400)


def test_only_an_empty_bucket_is_deleted(s3, bucket, refused):
    s3.put_object(Bucket=bucket, Key="a", Body=b"1")
    assert refused(s3.delete_bucket, Bucket=bucket) == ("BucketNotEmpty", 409)
    s3.delete_object(Bucket=bucket, Key="a")
    s3.delete_bucket(Bucket=bucket)
    assert refused(s3.head_bucket, Bucket=bucket) == ("404", 404)
    assert refused(s3.delete_bucket, Bucket=bucket) == ("NoSuchBucket", 404)


def test_a_new_bucket_answers_what_holds_where_nothing_was_set(s3, bucket):
    assert s3.get_bucket_request_payment(Bucket=bucket)["Payer"] == "BucketOwner"
    assert "LoggingEnabled" not in s3.get_bucket_logging(Bucket=bucket)
    assert "Status" not in s3.get_bucket_accelerate_configuration(Bucket=bucket)
    s3.put_bucket_request_payment(Bucket=bucket, RequestPaymentConfiguration={"Payer": "Requester"})
    assert s3.get_bucket_request_payment(Bucket=bucket)["Payer"] == "Requester"


SETTINGS = [
    ("bucket_lifecycle_configuration", "LifecycleConfiguration", {"Rules": [RULE]}, "bucket_lifecycle",
     "NoSuchLifecycleConfiguration", "Rules"),
    ("bucket_encryption", "ServerSideEncryptionConfiguration",
     {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}, "bucket_encryption",
     "ServerSideEncryptionConfigurationNotFoundError", "ServerSideEncryptionConfiguration"),
    ("bucket_website", "WebsiteConfiguration", {"IndexDocument": {"Suffix": "index.html"}}, "bucket_website",
     "NoSuchWebsiteConfiguration", "IndexDocument"),
    ("bucket_cors", "CORSConfiguration",
     {"CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]}, "bucket_cors",
     "NoSuchCORSConfiguration", "CORSRules"),
    ("bucket_tagging", "Tagging", {"TagSet": [{"Key": "line", "Value": "4"}]}, "bucket_tagging",
     "NoSuchTagSet", "TagSet"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "member", "value", "deletes", "absent", "answer"), SETTINGS)
def test_a_setting_is_kept_given_back_and_removed(
    s3, bucket, refused, name, member, value, deletes, absent, answer
):
    get = getattr(s3, f"get_{name}")
    assert refused(get, Bucket=bucket) == (absent, 404)
    getattr(s3, f"put_{name}")(Bucket=bucket, **{member: value})
    got = get(Bucket=bucket)[answer]
    assert got == (value if answer == member else value[answer])
    getattr(s3, f"delete_{deletes}")(Bucket=bucket)
    assert refused(get, Bucket=bucket) == (absent, 404)


def test_notifications_and_the_like_answer_before_they_are_set(s3, bucket):
    arn = "arn:aws:sqs:us-east-1:000000000000:q"
    assert "QueueConfigurations" not in s3.get_bucket_notification_configuration(Bucket=bucket)
    queue = {"Id": "n", "QueueArn": arn, "Events": ["s3:ObjectCreated:*"]}
    s3.put_bucket_notification_configuration(
        Bucket=bucket,
        NotificationConfiguration={"QueueConfigurations": [queue]},
        SkipDestinationValidation=True,
    )
    assert s3.get_bucket_notification_configuration(Bucket=bucket)["QueueConfigurations"] == [queue]
    assert s3.get_bucket_request_payment(Bucket=bucket)["Payer"] == "BucketOwner"
    assert "Status" not in s3.get_bucket_accelerate_configuration(Bucket=bucket)
    assert "LoggingEnabled" not in s3.get_bucket_logging(Bucket=bucket)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"Status": "enabled"}, "MalformedXML"),
        ({"ID": "x" * 256}, "InvalidArgument"),
        ({"Expiration": {"Days": 0}}, "InvalidArgument"),
    ],
)
def test_a_lifecycle_rule_that_cannot_be_is_refused(s3, bucket, refused, change, code):
    rules = {"Rules": [{**RULE, **change}]}
    refusal = refused(s3.put_bucket_lifecycle_configuration, Bucket=bucket, LifecycleConfiguration=rules)
    assert refusal == (code, 400)


def test_the_default_encryption_is_said_of_new_objects(s3, server, bucket):
    key = server.client("kms").create_key()["KeyMetadata"]["Arn"]
    rules = [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}}]
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": rules})
    s3.put_object(Bucket=bucket, Key="a", Body=b"1")
    head = s3.head_object(Bucket=bucket, Key="a")
    assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", key)


@pytest.mark.parametrize(
    ("tags", "taken"),
    [(10, True), (11, False)],
)
def test_ten_tags_are_taken_and_eleven_are_not(s3, bucket, refused, tags, taken):
    s3.put_object(Bucket=bucket, Key="a", Body=b"1")
    tag_set = [{"Key": f"k{number:02}", "Value": "v"} for number in range(tags)]
    if taken:
        s3.put_object_tagging(Bucket=bucket, Key="a", Tagging={"TagSet": tag_set})
        assert s3.get_object_tagging(Bucket=bucket, Key="a")["TagSet"] == tag_set
        assert (
            s3.head_object(Bucket=bucket, Key="a")["ResponseMetadata"]["HTTPHeaders"]["x-amz-tagging-count"]
            == "10"
        )
        s3.delete_object_tagging(Bucket=bucket, Key="a")
        assert s3.get_object_tagging(Bucket=bucket, Key="a")["TagSet"] == []
    else:
        refusal = refused(s3.put_object_tagging, Bucket=bucket, Key="a", Tagging={"TagSet": tag_set})
        assert refusal == ("InvalidTag", 400)


def ask(url, method, **headers):
    request = urllib.request.Request(
        url, method=method, headers={k.replace("_", "-"): v for k, v in headers.items()}
    )
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.headers
    except urllib.error.HTTPError as error:
        return error.code, error.headers


def test_cross_origin_rules_are_obeyed(s3, server, bucket):
    rules = [
        {"AllowedMethods": ["GET"], "AllowedOrigins": ["https://*.example.com"], "ExposeHeaders": ["etag"]},
        {"AllowedMethods": ["PUT"], "AllowedOrigins": ["https://a.example.com"],
         "AllowedHeaders": ["x-amz-*"], "MaxAgeSeconds": 60},
    ]  # fmt: skip
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": rules})
    s3.put_object(Bucket=bucket, Key="a", Body=b"1")
    link = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "a"})
    status, headers = ask(link, "GET", Origin="https://b.example.com")
    assert (status, headers["access-control-allow-origin"]) == (200, "https://b.example.com")
    assert ask(link, "GET", Origin="https://example.org")[1]["access-control-allow-origin"] is None
    url = f"{server.address}/{bucket}/b"
    wanted = {"Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "x-amz-date"}
    status, headers = ask(url, "OPTIONS", Origin="https://a.example.com", **wanted)
    assert (status, headers["access-control-max-age"]) == (200, "60")
    assert ask(url, "OPTIONS", Origin="https://b.example.com", **wanted)[0] == 403
    status, _ = ask(link, "OPTIONS", Origin="https://b.example.com", Access_Control_Request_Method="GET")
    assert status == 200
    assert ask(url, "OPTIONS")[0] == 400
    refused_put = ask(url, "PUT", Origin="https://a.example.com", Content_Length="0")
    assert (refused_put[0], refused_put[1]["access-control-allow-methods"]) == (403, "PUT")


def test_a_bucket_is_reached_by_host_too(s3, server, bucket):
    s3.put_object(Bucket=bucket, Key="a b", Body=b"1", ACL="public-read")
    port = server.address.rsplit(":", 1)[1]
    request = urllib.request.Request(
        f"{server.address}/a%20b", headers={"Host": f"{bucket}.localhost:{port}"}
    )
    with urllib.request.urlopen(request) as answer:
        assert answer.read() == b"1"


def test_the_id_in_an_error_is_the_one_in_the_header(server):
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{server.address}/no-such-bucket-anywhere/a")
    body = refused.value.read().decode()
    assert f"<RequestId>{refused.value.headers['x-amz-request-id']}</RequestId>" in body
    assert "<Code>NoSuchBucket</Code>" in body
