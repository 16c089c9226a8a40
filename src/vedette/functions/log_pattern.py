"""Patterns of CloudWatch Logs for plain text: `ERROR`, `"timed out"`, `-DEBUG`, `?WARN ?ERROR`.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
"""

import re
from collections.abc import Callable

from vedette.errors import Wrong

TERM = re.compile(r'\s*(?P<kind>[-?]?)(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<plain>[^\s"]+))(?=\s|$)')


def parse_pattern(text: str) -> Callable[[str], bool]:
    """Return what says whether a line fits; refuse what this knows nothing of."""
    if text.lstrip()[:1] in ("{", "[", "%"):
        raise Wrong(
            "Invalid filter pattern: patterns for JSON, for fields and regular expressions are not supported "
            'here; terms are: ERROR "timed out" -DEBUG ?WARN ?FATAL.'
        )
    terms: dict[str, list[str]] = {"": [], "-": [], "?": []}
    rest = text.rstrip()
    while rest:
        match = TERM.match(rest)
        if match is None:
            raise Wrong(f"Invalid filter pattern: {rest[:50]!r}: a term with blanks or quotes is quoted.")
        term = match["plain"] if match["quoted"] is None else re.sub(r"\\(.)", r"\1", match["quoted"])
        terms[match["kind"]].append(term)
        rest = rest[match.end() :]
    needed, unwanted, any_of = terms[""], terms["-"], terms["?"]
    if any_of and (needed or unwanted):
        raise Wrong("Invalid filter pattern: terms with ? stand among others with ? alone.")

    def fits(line: str) -> bool:
        return (
            all(term in line for term in needed)
            and not any(term in line for term in unwanted)
            and (not any_of or any(term in line for term in any_of))
        )

    return fits
