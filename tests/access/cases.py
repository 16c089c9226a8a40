"""Random documents and requests, small enough to meet often and wide enough to use every rule."""

HERE, THERE = "111122223333", "999999999999"
ROLE = f"arn:aws:iam::{HERE}:role/reader"
SESSION = f"arn:aws:sts::{HERE}:assumed-role/reader/visit"
CALLERS = [
    {"kind": "root", "account": HERE, "arn": f"arn:aws:iam::{HERE}:root", "id": HERE},
    {"kind": "user", "account": HERE, "arn": f"arn:aws:iam::{HERE}:user/alice", "id": "AIDA1",
     "name": "alice", "tags": {"team": "red"}},
    {"kind": "user", "account": HERE, "arn": f"arn:aws:iam::{HERE}:user/a*", "id": "AIDA2", "name": "a*"},
    {"kind": "session", "account": HERE, "arn": SESSION, "role": ROLE, "id": "AROA1:visit",
     "tags": {"Team": "blue"}},
    {"kind": "user", "account": THERE, "arn": f"arn:aws:iam::{THERE}:user/bob", "id": "AIDA3", "name": "bob"},
    {"kind": "root", "account": THERE, "arn": f"arn:aws:iam::{THERE}:root", "id": THERE},
    {"kind": "anonymous", "account": "", "arn": "", "id": ""},
    {"kind": "service", "account": "", "arn": "", "id": "", "name": "rekognition.amazonaws.com"},
]  # fmt: skip
PRINCIPALS = [
    "*", {"AWS": "*"}, {"AWS": HERE}, {"AWS": f"arn:aws:iam::{HERE}:root"}, {"AWS": [THERE, ROLE]},
    {"AWS": ROLE}, {"AWS": SESSION}, {"AWS": f"arn:aws:iam::{HERE}:user/alice"},
    {"AWS": [f"arn:aws:iam::{THERE}:user/bob", HERE]},
    {"Service": "rekognition.amazonaws.com"}, {"Service": "*"}, {"Federated": "*"},
    {"AWS": f"arn:aws:sts::{HERE}:assumed-role/reader/other", "Service": "s3.amazonaws.com"},
]  # fmt: skip
ACTIONS = [
    "s3:GetObject",
    "S3:getobject",
    "s3:Get*",
    "s3:*",
    "*",
    "s3:PutObject",
    "s3:?etObject",
    "s3:ListBucket",
]
PREFIX = "arn:aws:s3:::pictures"
RESOURCES = [
    "*", PREFIX, f"{PREFIX}/*", f"{PREFIX}/home/alice/x", f"{PREFIX}/home/${{aws:username}}/*",
    f"{PREFIX}/home/*/x", f"{PREFIX}/${{aws:PrincipalTag/team, 'home'}}/*", f"{PREFIX}/home/${{*}}/x",
    f"{PREFIX}/?ome/*", f"{PREFIX}/*/*/*", f"{PREFIX}/home/${{aws:PrincipalTag/team}}/*",
]  # fmt: skip
ASKED = [f"{PREFIX}/home/alice/x", f"{PREFIX}/home/*/x", f"{PREFIX}/red/x", PREFIX, f"{PREFIX}/home/bob/y"]
TEXTS = {
    "aws:username": ["alice", "a*", "AL?CE", "b*"],
    "aws:userid": ["AIDA*", "AROA1:visit", HERE],
    "aws:PrincipalTag/team": ["red", "blue", "${aws:username}", "${aws:PrincipalTag/team}"],
    "s3:prefix": ["home/", "home/${aws:username}", "${aws:username, 'nobody'}", "*", "${*}"],
    "aws:PrincipalType": ["User", "Account", "AssumedRole"],
    "aws:UserAgent": ["Boto*", "curl"],
}
ARNS = ["arn:aws:iam::*:user/*", ROLE, f"arn:aws:iam::{HERE}:*", "arn:*:iam::*:role/reader", "*"]
TEXT_OPERATORS = [
    "StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringLike",
    "StringNotLike",
]  # fmt: skip
ARN_OPERATORS = ["ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike"]
COMPARISONS = ["Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals"]
MOMENTS = ["2026-11-28T12:00:00+00:00", "2026-11-28T11:00:00+00:00", "2026-11-28T14:00:00+02:00"]
RANGES = ["192.0.2.0/24", "192.0.2.7", "2001:db8::/32", "0.0.0.0/0"]


def a_case(random):
    """Return a random question with the policies that it is judged by."""
    stands_alone = random.random() < 0.2
    return {
        "who": random.choice(CALLERS),
        "request": {
            "action": random.choice(["s3:GetObject", "s3:PutObject", "s3:ListBucket", "S3:GETOBJECT"]),
            "resource": random.choice(ASKED),
            "account": random.choice([HERE, HERE, THERE]),
            "context": a_context(random),
        },
        "identity": some_policies(random, "identity"),
        "resource": some_policies(random, "resource"),
        "session": some_policies(random, "session") if random.random() < 0.3 else [],
        "stands_alone": stands_alone,
    }


def a_context(random):
    possible = {
        "s3:prefix": random.choice(["home/", "home/alice", "alice", "*", ""]),
        "s3:max-keys": random.choice(["9", "10", "11"]),
        "aws:currenttime": random.choice(MOMENTS),
        "aws:sourceip": random.choice(["192.0.2.7", "::ffff:192.0.2.7", "198.51.100.1", "2001:db8::1"]),
        "aws:securetransport": random.choice(["true", "false"]),
        "aws:tagkeys": random.choice([("a",), ("a", "b"), ("A",), ("",), ()]),
        "aws:useragent": "Boto3/1",
    }
    return {key: value for key, value in possible.items() if random.random() < 0.7}


def some_policies(random, side):
    return [a_policy(random, side) for _ in range(random.choice([0, 1, 1, 2]))]


def a_policy(random, side):
    statements = [a_statement(random, side) for _ in range(random.choice([1, 1, 2, 3]))]
    version = random.choice(["2012-10-17", "2012-10-17", "2012-10-17", "2008-10-17"])
    return {"Version": version, "Statement": statements if len(statements) > 1 else statements[0]}


def a_statement(random, side):
    effect = random.choice(["Allow", "Allow", "Deny"])
    statement = {"Effect": effect}
    statement[random.choice(["Action"] * 5 + ["NotAction"])] = some(random, ACTIONS)
    statement[random.choice(["Resource"] * 4 + ["NotResource"])] = some(random, RESOURCES)
    if side == "resource":
        spared = effect == "Deny" and random.random() < 0.3
        statement["NotPrincipal" if spared else "Principal"] = random.choice(PRINCIPALS)
    if random.random() < 0.6:
        statement["Condition"] = dict(a_condition(random) for _ in range(random.choice([1, 1, 2])))
    return statement


def some(random, values):
    chosen = random.sample(values, random.choice([1, 1, 2]))
    return chosen if len(chosen) > 1 or random.random() < 0.3 else chosen[0]


def a_condition(random):
    kind = random.choice(["text", "text", "arn", "number", "date", "bool", "ip", "null", "set"])
    if kind == "null":
        return "Null", {random.choice([*TEXTS, "aws:TagKeys"]): random.choice(["true", "false", True])}
    operator, key, values = a_test(random, kind)
    if kind == "set" or random.random() < 0.15:
        operator = f"{random.choice(['ForAllValues', 'ForAnyValue'])}:{operator}"
    if random.random() < 0.3:
        operator += "IfExists"
    return operator, {key: some(random, values)}


def a_test(random, kind):
    key = random.choice(list(TEXTS))
    return {
        "text": (random.choice(TEXT_OPERATORS), key, TEXTS[key]),
        "set": (random.choice(TEXT_OPERATORS), "aws:TagKeys", ["a", "b", "A*", "c"]),
        "arn": (random.choice(ARN_OPERATORS), "aws:PrincipalArn", ARNS),
        "number": (f"Numeric{random.choice(COMPARISONS)}", "s3:max-keys", ["10", 10, "9.5"]),
        "date": (f"Date{random.choice(COMPARISONS)}", "aws:CurrentTime", MOMENTS),
        "bool": ("Bool", "aws:SecureTransport", ["true", "false", True]),
        "ip": (random.choice(["IpAddress", "NotIpAddress"]), "aws:SourceIp", RANGES),
    }[kind]
