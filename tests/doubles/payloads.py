"""Values drawn from shapes, within the limits that the shapes state."""

import re
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

# Values are drawn within limits up to this size: larger ones teach nothing and take long.
LARGE = 24

# Patterns of properties, which Python's own expressions do not know, have an alphabet instead.
PROPERTIES = "aé_./=+-@ 0"
ARN = "arn:aws:rekognition:eu-central-1:123456789012:project/"


def values(shape):
    """Return a strategy for valid values of a shape."""
    kind = shape.type_name
    if kind == "structure":
        return structures(shape)
    if kind == "list":
        size = sizes(shape, most=3)
        if shape.serialization.get("location") == "querystring":
            # A list without items leaves nothing in a query.
            size["min_size"] = max(1, size["min_size"])
        return st.lists(values(shape.member), **size)
    if kind == "map":
        keys = values(shape.key)
        return st.dictionaries(keys, values(shape.value), **sizes(shape, most=3))
    if kind == "string":
        return strings(shape)
    if kind == "blob":
        return st.binary(**sizes(shape, most=LARGE))
    return numbers(shape)


def sizes(shape, most):
    least = shape.metadata.get("min", 0)
    return {"min_size": least, "max_size": min(max(most, least), shape.metadata.get("max", most))}


def structures(shape):
    required = set(shape.metadata.get("required", ()))
    parts = {name: values(member) for name, member in shape.members.items()}
    return st.fixed_dictionaries(
        {name: part for name, part in parts.items() if name in required},
        optional={name: part for name, part in parts.items() if name not in required},
    )


def numbers(shape):
    facts = shape.metadata
    match shape.type_name:
        case "boolean":
            return st.booleans()
        case "integer":
            return st.integers(facts.get("min", -(2**31)), facts.get("max", 2**31 - 1))
        case "long":
            return st.integers(facts.get("min", -(2**63)), facts.get("max", 2**63 - 1))
        case "float" | "double":
            return st.floats(facts.get("min"), facts.get("max"), allow_nan=False, allow_infinity=False)
        case "timestamp":
            start = datetime.fromtimestamp(0, UTC)
            return st.integers(0, 2**42).map(lambda count: start + timedelta(milliseconds=count))


def strings(shape):
    facts = shape.metadata
    if "enum" in facts:
        return st.sampled_from(facts["enum"])
    pattern = facts.get("pattern")
    if pattern is None:
        return st.text(
            st.characters(exclude_categories=["Cs"], exclude_characters="\0"), **sizes(shape, most=LARGE)
        )
    if r"\p{" in pattern:
        return st.text(PROPERTIES, **sizes(shape, most=LARGE))
    if pattern.startswith("(^arn:"):
        kind = "dataset/train/" if "dataset" in pattern else "version/v1/" if "version" in pattern else ""
        return st.from_regex(f"[a-z_.]{{1,9}}/{kind}[0-9]{{3}}", fullmatch=True).map(lambda end: ARN + end)
    size = sizes(shape, most=LARGE)
    # Words and digits are of ASCII in these patterns, and two escapes are not Python's.
    codec = "ascii" if r"\w" in pattern or r"\d" in pattern else "latin-1"
    plain = pattern.replace(r"\u10000-\u10FFFF", "").replace(r"\#", "#")
    # One class of characters repeated is drawn as text: what an expression draws is mostly out of bounds.
    if repeated := re.fullmatch(r"(\[[^\]]+\])([*+])", plain, re.DOTALL):
        letters = [
            chr(code)
            for code in range(256)
            if re.fullmatch(repeated[1], chr(code).encode(codec, "ignore").decode(codec))
        ]
        return st.text(letters, min_size=max(size["min_size"], repeated[2] == "+"), max_size=size["max_size"])
    return (
        st.from_regex(plain, fullmatch=True, alphabet=st.characters(codec=codec))
        .map(lambda result: result.rstrip("\n"))
        .filter(lambda result: size["min_size"] <= len(result) <= facts.get("max", len(result)))
    )
