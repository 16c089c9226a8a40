"""Questions for two judges: callers of every kind, and documents of every layer with every element."""

A, B = "111122223333", "444455556666"
ROLE, SESSION = f"arn:aws:iam::{A}:role/line/reader", f"arn:aws:sts::{A}:assumed-role/reader/shift"
ANN = f"arn:aws:iam::{A}:user/ann"
CALLERS = [
    {"type": "root", "account": A, "arn": f"arn:aws:iam::{A}:root", "id": A},
    {"type": "user", "account": A, "arn": ANN, "id": "AIDAANN", "name": "ann", "tags": {"Team": "red"}},
    {"type": "user", "account": A, "arn": f"arn:aws:iam::{A}:user/a?n", "id": "AIDAODD", "name": "a?n"},
    {"type": "role session", "account": A, "arn": SESSION, "role": ROLE, "id": "AROAREAD:shift",
     "tags": {"team": "blue"}},
    {"type": "role session", "account": B, "arn": f"arn:aws:sts::{B}:assumed-role/far/x",
     "role": f"arn:aws:iam::{B}:role/far", "id": "AROAFAR:x"},
    {"type": "user", "account": B, "arn": f"arn:aws:iam::{B}:user/bob", "id": "AIDABOB", "name": "bob"},
    {"type": "root", "account": B, "arn": f"arn:aws:iam::{B}:root", "id": B},
    {"type": "anonymous", "account": "", "arn": "", "id": ""},
    {"type": "service", "account": "", "arn": "", "id": "", "name": "rekognition.amazonaws.com"},
]  # fmt: skip
PRINCIPALS = [
    "*", {"AWS": "*"}, {"AWS": A}, {"AWS": f"arn:aws:iam::{A}:root"}, {"AWS": [B, ANN]}, {"AWS": ROLE},
    {"AWS": SESSION}, {"AWS": [f"arn:aws:iam::{B}:user/bob", SESSION]}, {"AWS": f"arn:aws:iam::{B}:role/far"},
    {"Service": "rekognition.amazonaws.com"}, {"Service": ["s3.amazonaws.com"], "AWS": ANN},
    {"Federated": "cognito-identity.amazonaws.com"},
]  # fmt: skip
ACTIONS = ["s3:GetObject", "S3:Get*", "s3:*", "*", "s3:P?tObject", "s3:DeleteObject", "s3:*Object"]
ASKED = ["s3:GetObject", "s3:PutObject", "s3:deleteobject"]
B1 = "arn:aws:s3:::line"
PLACES = [f"{B1}/ann/a", f"{B1}/a?n/a", f"{B1}/red/b", f"{B1}/blue/*", f"{B1}"]
RESOURCES = [
    "*", f"{B1}*", f"{B1}/*", f"{B1}/ann/?", f"{B1}/${{aws:username}}/*",
    f"{B1}/${{aws:PrincipalTag/team}}/*",
    f"{B1}/${{aws:PrincipalTag/team, 'red'}}/b", f"{B1}/blue/${{*}}", f"{B1}/*/a", f"{B1}/${{aws:TagKeys}}/a",
]  # fmt: skip
TEXTS = {
    "aws:username": ["ann", "a?n", "A*"],
    "aws:PrincipalTag/team": ["red", "BLUE", "${aws:username}"],
    "s3:prefix": ["a/", "${aws:PrincipalTag/team}/", "${aws:username, 'a'}/", "*/", "${?}"],
    "aws:PrincipalAccount": [A, B],
    "aws:userid": ["AIDA*", "AROAREAD:*"],
    "aws:RequestTag/Stage": ["live", "test"],
}
ARNS = ["arn:aws:iam::*:user/*", ROLE, "arn:aws:iam::*:role/*/reader", "arn:*:iam::111122223333:*", "*"]
TIMES = ["2026-11-29T10:00:00Z", "2026-11-29T11:00:00+01:00", "1796000000", "2026-11-30T00:00:00Z"]
NETWORKS = ["192.0.2.0/25", "192.0.2.200/32", "2001:db8::/33", "0.0.0.0/0", "::/0"]
ORDERS = ["Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals"]
STRINGS = ["StringEquals", "StringEqualsIgnoreCase", "StringLike"]


def draw(random):
    """Return one question."""
    case = _draw(random)
    # Nobody else has policies of its own; the root is not bounded.
    own = {"root": ["identity", "boundary"], "user": [], "role session": []}
    for layer in own.get(case["caller"]["type"], ["identity", "boundary", "session"]):
        case[layer] = []
    return case


def _draw(random):
    return {
        "caller": random.choice(CALLERS),
        "request": {
            "action": random.choice(ASKED),
            "resource": random.choice(PLACES),
            "owner": random.choice([A, A, A, B]),
            "context": _context(random),
        },
        "identity": _documents(random, "identity", [1, 1, 2, 0]),
        "resource": _documents(random, "resource", [0, 1, 1, 2]),
        "boundary": _documents(random, "boundary", [0, 0, 0, 1]),
        "session": _documents(random, "session", [0, 0, 0, 1]),
        "needs_resource": random.random() < 0.15,
    }


def _context(random):
    every = {
        "s3:prefix": random.choice(["a/", "red/", "?", "ann/", ""]),
        "aws:CurrentTime": random.choice(TIMES),
        "aws:SourceIp": random.choice(["192.0.2.1", "192.0.2.200", "::ffff:192.0.2.1", "2001:db8::9"]),
        "aws:SecureTransport": random.choice(["true", "false"]),
        "s3:max-keys": random.choice(["9", "10", "10.0", "1000"]),
        "aws:TagKeys": random.choice([("a",), ("a", "b"), ("B", "c"), ("",), ()]),
        "aws:RequestTag/stage": random.choice(["live", "Live"]),
        "aws:ViaAWSService": random.choice(["true", "false"]),
    }
    return {key: value for key, value in every.items() if random.random() < 0.65}


def _documents(random, layer, counts):
    return [_document(random, layer) for _ in range(random.choice(counts))]


def _document(random, layer):
    statements = [_statement(random, layer) for _ in range(random.choice([1, 1, 2, 3]))]
    document = {"Statement": statements if len(statements) > 1 or random.random() < 0.5 else statements[0]}
    version = random.choice(["2012-10-17"] * 5 + ["2008-10-17", None])
    return document if version is None else {"Version": version, **document}


def _statement(random, layer):
    statement = {"Effect": random.choice(["Allow"] * 3 + ["Deny"])}
    statement[random.choice(["Action"] * 6 + ["NotAction"])] = _some(random, ACTIONS)
    statement[random.choice(["Resource"] * 5 + ["NotResource"])] = _some(random, RESOURCES)
    if layer == "resource":
        may_spare = statement["Effect"] == "Deny" and random.random() < 0.4
        statement["NotPrincipal" if may_spare else "Principal"] = random.choice(PRINCIPALS)
    if random.random() < 0.5:
        statement["Condition"] = dict(_condition(random) for _ in range(random.choice([1, 1, 2])))
    return statement


def _some(random, values):
    drawn = random.sample(values, random.choice([1, 1, 1, 2]))
    return drawn if len(drawn) > 1 else drawn[0]


def _condition(random):
    kind = random.choice(["text", "text", "set", "arn", "number", "date", "bool", "ip", "null"])
    if kind == "null":
        return "Null", {random.choice([*TEXTS, "aws:TagKeys"]): random.choice(["true", "false"])}
    if kind == "set":
        operator, key, values = random.choice(STRINGS), "aws:TagKeys", ["a", "b", "B", "c*"]
    elif kind == "text":
        key = random.choice(list(TEXTS))
        operator, values = random.choice(STRINGS), TEXTS[key]
    else:
        operator, key, values = {
            "arn": (random.choice(["ArnEquals", "ArnLike"]), "aws:PrincipalArn", ARNS),
            "number": (f"Numeric{random.choice(ORDERS)}", "s3:max-keys", ["10", "9.5", 100]),
            "date": (f"Date{random.choice(ORDERS)}", "aws:CurrentTime", TIMES),
            "bool": (
                "Bool",
                random.choice(["aws:SecureTransport", "aws:ViaAWSService"]),
                ["true", "false", True],
            ),
            "ip": ("IpAddress", "aws:SourceIp", NETWORKS),
        }[kind]
    if kind in ("text", "set", "arn") and random.random() < 0.4:
        operator = operator.replace("String", "StringNot").replace("Arn", "ArnNot")
    if kind == "ip" and random.random() < 0.4:
        operator = "NotIpAddress"
    if kind == "set" or random.random() < 0.1:
        operator = f"{random.choice(['ForAllValues', 'ForAnyValue'])}:{operator}"
    if random.random() < 0.25:
        operator += "IfExists"
    return operator, {key: _some(random, values)}
