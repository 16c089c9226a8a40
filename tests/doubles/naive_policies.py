"""IAM's rules once more, as plainly as they can be said: what the kernel's answers are held against.

Reads raw documents anew for every question, knows nothing of the kernel, and is slow. The rules are
those of docs/decisions/0180; each function below names the one that it restates.
"""

import ipaddress
from datetime import datetime
from functools import cache


def may(case):
    """Rule 6: return whether the case's request is allowed."""
    caller, request = case["who"], case["request"]
    texts = {**request["context"], **about(caller)}
    policies = {
        name: [(document, texts) for document in case[name]] for name in ("identity", "resource", "session")
    }
    speaking = {name: statements_about(policies[name], caller, request) for name in policies}
    if any(effect == "Deny" for result in speaking.values() for effect, _ in result):
        return False
    own = caller["kind"] == "root" or ("Allow", "direct") in speaking["identity"]
    strengths = {strength for effect, strength in speaking["resource"] if effect == "Allow"}
    if case["session"] and ("Allow", "direct") not in speaking["session"]:
        own, strengths = False, strengths & {"session"}
    if caller["kind"] in ("anonymous", "service"):
        return "direct" in strengths
    is_named = bool(strengths & {"direct", "session"})
    if request["account"] == caller["account"]:
        if case["stands_alone"]:
            return is_named or (own and bool(strengths))
        return is_named or own
    return own and bool(strengths)


def about(caller):
    """Return what the caller itself answers to condition keys."""
    if caller["kind"] == "service":
        return {}
    if caller["kind"] == "anonymous":
        return {"aws:principaltype": "Anonymous", "aws:userid": "anonymous"}
    types = {"root": "Account", "user": "User", "session": "AssumedRole"}
    texts = {
        "aws:principaltype": types[caller["kind"]],
        "aws:principalaccount": caller["account"],
        "aws:principalarn": caller.get("role") or caller["arn"],
        "aws:userid": caller["id"],
    }
    if caller["kind"] == "user":
        texts["aws:username"] = caller["name"]
    for key, value in caller.get("tags", {}).items():
        texts[f"aws:principaltag/{key.lower()}"] = value
    return texts


def statements_about(policies, caller, request):
    """Rule 1: return the effects of statements that speak of the request, and how they mean the caller."""
    statements = set()
    for document, texts in policies:
        old = document.get("Version", "2008-10-17") != "2012-10-17"
        for statement in listed(document["Statement"]):
            strength = how_meant(statement, caller)
            if (
                strength
                and is_action(statement, request["action"])
                and is_resource(statement, request["resource"], texts, old)
                and all_conditions_hold(statement, texts, old)
            ):
                statements.add((statement["Effect"], strength))
    return statements


def listed(value):
    return value if isinstance(value, list) else [value]


def is_action(statement, action):
    """Rule 2, of actions."""
    names = listed(statement.get("Action", statement.get("NotAction")))
    hit = any(glob(name.lower(), action.lower()) for name in names)
    return hit if "Action" in statement else not hit


def is_resource(statement, resource, texts, old):
    """Rules 2 and 5, of resources."""
    if "Resource" not in statement and "NotResource" not in statement:
        return True
    names = listed(statement.get("Resource", statement.get("NotResource")))
    filled = [fill(name, texts, old) for name in names]
    hit = any(letters is not None and glob(letters, resource) for letters in filled)
    if "Resource" in statement or hit:
        return hit if "Resource" in statement else False
    return statement["Effect"] == "Deny" or None not in filled


def how_meant(statement, caller):
    """Rule 3: return "session", "direct", "account", or nothing."""
    if "Principal" not in statement and "NotPrincipal" not in statement:
        return "direct"
    element = statement.get("Principal", statement.get("NotPrincipal"))
    pairs = [("AWS", "*")] if element == "*" else [(k, n) for k in element for n in listed(element[k])]
    strength = ""
    for kind, name in pairs:
        strength = max(
            strength, strength_of(kind, name, caller), key=["", "account", "direct", "session"].index
        )
    if "Principal" in statement:
        return strength
    spared = strength in ("direct", "session") or (strength == "account" and caller["kind"] == "root")
    return "" if spared else "direct"


def strength_of(kind, name, caller):
    if caller["kind"] == "service":
        return "direct" if kind == "Service" and name in ("*", caller["name"]) else ""
    if kind != "AWS" or (caller["kind"] == "anonymous" and name != "*"):
        return ""
    if name in (caller["account"], f"arn:aws:iam::{caller['account']}:root"):
        return "account"
    if name == caller["arn"] and caller["kind"] == "session":
        return "session"
    return "direct" if name in ("*", caller["arn"], caller.get("role")) else ""


def all_conditions_hold(statement, texts, old):
    """Rule 4: all operators and all keys."""
    return all(
        holds(operator, texts.get(key.lower()), listed(options), texts, old)
        for operator, tests in statement.get("Condition", {}).items()
        for key, options in tests.items()
    )


def holds(operator, value, options, texts, old):
    """Rule 4, of one operator on one key."""
    quantifier, _, name = operator.rpartition(":")
    exists = name.endswith("IfExists")
    name = name.removesuffix("IfExists")
    values = [] if value is None else list(value) if isinstance(value, tuple) else [value]
    if name == "Null":
        return (not values) == (str(options[0]).lower() == "true")
    negated = "Not" in name
    if not values:
        if exists or quantifier == "ForAllValues":
            return True
        return negated and quantifier != "ForAnyValue"
    hits = [any(matches(name, item, str(want), texts, old) for want in options) for item in values]
    if quantifier == "ForAllValues":
        return all(hit != negated for hit, item in zip(hits, values, strict=True) if item)
    if quantifier == "ForAnyValue":
        return any(hit != negated for hit in hits)
    return any(hits) != negated


def matches(name, value, want, texts, old):
    """Rule 4, of one value against one value, by the positive operator."""
    name = name.replace("Not", "", 1)
    if name.startswith(("String", "Arn")):
        letters = fill(want, texts, old)
        return letters is not None and matches_text(name, value, letters)
    if name == "Bool":
        return value.lower() == want.lower()
    if name == "IpAddress":
        return address(value) in ipaddress.ip_network(want, strict=False)
    parse = datetime.fromisoformat if name.startswith("Date") else float
    left, right = parse(value), parse(want)
    return {
        "Equals": left == right,
        "LessThan": left < right,
        "LessThanEquals": left <= right,
        "GreaterThan": left > right,
        "GreaterThanEquals": left >= right,
    }[name.removeprefix("Date").removeprefix("Numeric")]


def matches_text(name, value, letters):
    plain = "".join(letter[1] if isinstance(letter, tuple) else letter for letter in letters)
    if name == "StringEquals":
        return value == plain
    if name == "StringEqualsIgnoreCase":
        return value.lower() == plain.lower()
    return glob(letters, value) if name == "StringLike" else arn_like(letters, value)


def address(text):
    result = ipaddress.ip_address(text)
    return getattr(result, "ipv4_mapped", None) or result


def arn_like(letters, value):
    """Part by part; a wildcard does not reach over a colon of the first five."""
    if letters == ("*",):
        return True
    parts, patterns = value.split(":", 5), [()]
    for letter in letters:
        if letter in (":", ("=", ":")) and len(patterns) < 6:
            patterns.append(())
        else:
            patterns[-1] += (letter,)
    return len(parts) == len(patterns) == 6 and all(map(glob, patterns, parts))


def fill(text, texts, old):
    """Rule 5: return a text's letters, those of variables' values as ("=", letter); None without a value."""
    letters = []
    while text:
        if old or not text.startswith("${"):
            letters.append(text[0])
            text = text[1:]
            continue
        inside, _, text = text[2:].partition("}")
        if inside in ("*", "?", "$"):
            letters.append(("=", inside))
            continue
        key, _, default = inside.partition(",")
        value = texts.get(key.strip().lower())
        if value is None and "," in inside:
            value = default.strip().strip("'")
        if not isinstance(value, str):
            return None
        letters += [("=", letter) for letter in value]
    return tuple(letters)


def glob(pattern, value):
    """Rule 2: `*` is any number of characters, `?` one; letters that came from variables are themselves."""
    return _glob(tuple(pattern), value)


@cache
def _glob(pattern, value):
    if not pattern:
        return not value
    first, rest = pattern[0], pattern[1:]
    if first == "*":
        return any(_glob(rest, value[skip:]) for skip in range(len(value) + 1))
    if not value:
        return False
    letter = first[1] if isinstance(first, tuple) else first
    return (first == "?" or letter == value[0]) and _glob(rest, value[1:])
