"""A second judge, written from AWS's published description of policy evaluation, and from nothing of ours.

It walks the published steps in their order: every Deny first; then what resources allow, which by the kind
of principal they name is or is not held to the caller's boundary and session; then what the caller's own
policies allow, held to both. It reads raw documents for every question, and is slow on purpose.
"""

import ipaddress
import re
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache

LAYERS = ("identity", "resource", "boundary", "session")
VARIABLE = re.compile(r"\$\{([^}]*)\}")


def decide(case):
    """Return "allow", "explicit deny" or "implicit deny"."""
    layers = {layer: list(_statements(case, layer)) for layer in LAYERS}
    speaking = {layer: [one for one in layers[layer] if _applies(one, case)] for layer in LAYERS}
    if any(statement["Effect"] == "Deny" for found in speaking.values() for statement, _ in found):
        return "explicit deny"
    return "allow" if _is_allowed(case, speaking) else "implicit deny"


def _is_allowed(case, speaking):
    caller, owner = case["caller"], case["request"]["owner"]
    grants = {_how_named(statement["Principal"], caller) for statement, _ in speaking["resource"]}
    if caller["type"] in ("anonymous", "service", "federated"):
        return "itself" in grants
    session = not case["session"] or bool(speaking["session"])
    boundary = not case["boundary"] or bool(speaking["boundary"])
    # "The root user has full access": its own policies are everything, and it has no boundary.
    own = bool(speaking["identity"]) or caller["type"] == "root"
    by_itself = own and session and boundary
    if owner != caller["account"]:
        # Across accounts both sides must allow; a grant that a session policy does not repeat is none.
        return by_itself and bool(grants)
    if "session" in grants:
        return True
    if "itself" in grants:
        # To a user by its ARN: no implicit deny of a boundary counts. To a role: those of both do.
        held = session and (boundary or caller["type"] != "role session")
        if held:
            return True
    if case["needs_resource"]:
        return by_itself and bool(grants)
    return by_itself


def _statements(case, layer):
    for document in case[layer]:
        statements = document["Statement"]
        for statement in statements if isinstance(statements, list) else [statements]:
            yield statement, document.get("Version") == "2012-10-17"


def _applies(pair, case):
    statement, has_variables = pair
    caller, request = case["caller"], case["request"]
    facts = {key.lower(): value for key, value in {**request["context"], **_facts_of(caller)}.items()}

    def filled(text):
        return _tokens(text, facts) if has_variables else _wild(text)

    def fits_action(text):
        return _fits(_wild(text.lower()), request["action"].lower())

    def fits_resource(text):
        return _fits(filled(text), request["resource"])

    return (
        _names_caller(statement, caller)
        and _either(statement, "Action", fits_action)
        and _either(statement, "Resource", fits_resource)
        and all(
            _holds(operator, facts.get(key.lower()), _as_list(wanted), filled)
            for operator, tests in statement.get("Condition", {}).items()
            for key, wanted in tests.items()
        )
    )


def _either(statement, element, fits):
    if element in statement:
        return any(map(fits, _as_list(statement[element])))
    return not any(map(fits, _as_list(statement[f"Not{element}"])))


def _names_caller(statement, caller):
    if "NotPrincipal" in statement:
        # Spared is who is named; to name an account spares its root, and nobody else in it.
        named = _how_named(statement["NotPrincipal"], caller)
        return not (named in ("itself", "session") or (named == "account" and caller["type"] == "root"))
    return "Principal" not in statement or _how_named(statement["Principal"], caller) is not None


def _how_named(element, caller):
    """Return the strongest of: the session itself, the principal itself, its account; None for not at all."""
    pairs = [("AWS", "*")] if element == "*" else [(k, n) for k, v in element.items() for n in _as_list(v)]
    kinds = {_named_by(kind, name, caller) for kind, name in pairs}
    return next((kind for kind in ("session", "itself", "account") if kind in kinds), None)


def _named_by(kind, name, caller):
    if caller["type"] in ("service", "federated"):
        word = {"service": "Service", "federated": "Federated"}[caller["type"]]
        is_everybody = caller["type"] == "federated" and (kind, name) == ("AWS", "*")
        return "itself" if is_everybody or (kind == word and name in ("*", caller["name"])) else None
    if kind != "AWS":
        return None
    if name == "*":
        return "itself"
    account = caller["account"]
    strengths = {}
    if account:
        strengths = {account: "account", f"arn:aws:iam::{account}:root": "account"}
    if caller["type"] == "user":
        strengths[caller["arn"]] = "itself"
    if caller["type"] == "role session":
        strengths |= {caller["role"]: "itself", caller["arn"]: "session"}
    return strengths.get(name)


def _facts_of(caller):
    if caller["type"] == "service":
        return {"aws:PrincipalIsAWSService": "true", "aws:PrincipalServiceName": caller["name"]}
    facts = {"aws:PrincipalIsAWSService": "false"}
    words = {"root": "Account", "user": "User", "role session": "AssumedRole", "anonymous": "Anonymous"}
    facts["aws:PrincipalType"] = words.get(caller["type"], "FederatedUser")
    if caller["type"] == "anonymous":
        return facts | {"aws:userid": "anonymous"}
    facts |= {"aws:PrincipalAccount": caller["account"], "aws:userid": caller["id"]}
    facts["aws:PrincipalArn"] = caller.get("role") or caller["arn"]
    if caller["type"] == "user":
        facts["aws:username"] = caller["name"]
    return facts | {f"aws:PrincipalTag/{key}": value for key, value in caller.get("tags", {}).items()}


# Conditions


def _holds(operator, value, wanted, filled):
    prefix, _, name = operator.rpartition(":")
    values = [] if value is None else [value] if isinstance(value, str) else list(value)
    if name == "Null":
        return (not values) is (str(wanted[0]).lower() == "true")
    if_exists, name = name.endswith("IfExists"), name.removesuffix("IfExists")
    negative = "Not" in name
    if not values:
        return if_exists or prefix == "ForAllValues" or (negative and prefix != "ForAnyValue")
    if prefix == "ForAllValues" and values == [""]:
        return True
    one = [
        any(_matches(name.replace("Not", ""), each, str(want), filled) for want in wanted) for each in values
    ]
    if prefix == "ForAllValues":
        return all(hit is not negative for hit in one)
    if prefix == "ForAnyValue":
        return any(hit is not negative for hit in one)
    # Without a prefix a negative operator is the opposite of the positive one.
    return any(one) is not negative


def _matches(name, value, want, filled):
    if name.startswith(("String", "Arn")):
        tokens = filled(want)
        return tokens is not None and _matches_text(name, value, tokens)
    if name == "Bool":
        return value.lower() == want.lower()
    if name == "IpAddress":
        return _address(value) in ipaddress.ip_network(want)
    read = _moment if name.startswith("Date") else Decimal
    left, right = read(value), read(want)
    order = name.removeprefix("Date").removeprefix("Numeric")
    less, more = left < right, left > right
    return {
        "Equals": not less and not more,
        "LessThan": less,
        "LessThanEquals": not more,
        "GreaterThan": more,
        "GreaterThanEquals": not less,
    }[order]


def _matches_text(name, value, tokens):
    plain = "".join(text for text, _ in tokens)
    if name == "StringEquals":
        return value == plain
    if name == "StringEqualsIgnoreCase":
        return value.casefold() == plain.casefold()
    return _fits(tokens, value) if name == "StringLike" else _fits_arn(tokens, value)


def _moment(text):
    if text.isdecimal():
        return datetime.fromtimestamp(int(text), UTC)
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def _address(text):
    address = ipaddress.ip_address(text)
    return getattr(address, "ipv4_mapped", None) or address


# Texts: a list of (characters, whether they are a wildcard)


def _wild(text):
    return [(letter, letter in "*?") for letter in text]


def _tokens(text, facts):
    tokens, place = [], 0
    for hit in VARIABLE.finditer(text):
        tokens += _wild(text[place : hit.start()])
        place = hit.end()
        name, comma, default = hit[1].partition(",")
        value = name if name in ("*", "?", "$") else facts.get(name.strip().lower())
        if value is None and comma:
            value = default.strip().strip("'")
        if not isinstance(value, str):
            return None
        tokens.append((value, False))
    return tokens + _wild(text[place:])


def _fits(tokens, value):
    if tokens is None:
        return False
    source = "".join({"*": ".*", "?": "."}[text] if is_wild else re.escape(text) for text, is_wild in tokens)
    return _compiled(source).fullmatch(value) is not None


@cache
def _compiled(source):
    return re.compile(source, re.DOTALL)


def _fits_arn(tokens, value):
    """Each of the six parts by itself; a lone `*` is any ARN."""
    if tokens == [("*", True)]:
        return True
    parts = [[]]
    for text, is_wild in tokens:
        pieces = text.split(":", 6 - len(parts)) if not is_wild else [text]
        for count, piece in enumerate(pieces):
            if count:
                parts.append([])
            parts[-1].append((piece, is_wild))
    values = value.split(":", 5)
    return len(parts) == len(values) == 6 and all(map(_fits, parts, values))


def _as_list(value):
    return value if isinstance(value, list) else [value]
