"""The text of an expression as a tree: numbers, names of queries, operators, calls of functions.

e1 + 2 * SUM(m1)      FILL(METRICS("errors"), 0)      IF(m1 > 10 AND m2 < 5, m1)
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from vedette.errors import Wrong

# Of 2,048 letters, the longest that CloudWatch takes, brackets alone would be a thousand levels deep.
DEEPEST = 40
# A chain of operators is as deep a tree; longer sums are written SUM(METRICS()).
MOST_OPERATORS = 150
TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<text>\"[^\"]*\"|'[^']*')"
    r"|(?P<sign>==|!=|<=|>=|&&|\|\||[-+*/^(),\[\]<>]))",
    re.ASCII,
)
# From the loosest to the tightest.
LEVELS = (("OR", "||"), ("AND", "&&"), ("==", "!=", "<", ">", "<=", ">="), ("+", "-"), ("*", "/"))


@dataclass(frozen=True, slots=True)
class Number:
    """A number."""

    value: float


@dataclass(frozen=True, slots=True)
class Text:
    """A text in quotes."""

    value: str


@dataclass(frozen=True, slots=True)
class Name:
    """The id of a query."""

    id: str


@dataclass(frozen=True, slots=True)
class FunctionCall:
    """A function, or an operator by its sign."""

    function: str
    arguments: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """Several values in square brackets."""

    members: tuple["Node", ...]


Node = Number | Text | Name | FunctionCall | Listed


def parse(text: str) -> Node:
    """Return the tree of an expression.

    Raises:
        Wrong: when it is none, with the place.
    """
    reader = _ExpressionReader(text, _tokens(text))
    node = reader.level(0)
    if not reader.is_done:
        raise reader.wrong()
    return node


def names_in(node: Node) -> set[str]:
    """Return the ids that an expression names."""
    match node:
        case Name():
            return {node.id}
        case FunctionCall():
            return set().union(*map(names_in, node.arguments))
        case Listed():
            return set().union(*map(names_in, node.members))
        case _:
            return set()


def calls_in(node: Node) -> set[str]:
    """Return the functions that an expression calls."""
    match node:
        case FunctionCall():
            return {node.function}.union(*map(calls_in, node.arguments))
        case Listed():
            return set().union(*map(calls_in, node.members))
        case _:
            return set()


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    place: int


def _tokens(text: str) -> list[_Token]:
    tokens, place = [], 0
    end = len(text.rstrip())
    while place < end:
        match = TOKEN.match(text, place)
        if match is None:
            rest = text[place:].lstrip()
            raise Wrong(f"The expression {text[:100]!r} has {rest[:1]!r} where nothing of that kind can be.")
        kind = match.lastgroup or ""
        tokens.append(_Token(kind, match[kind], match.start(kind)))
        place = match.end()
    return tokens


class _ExpressionReader:
    def __init__(self, text: str, tokens: Sequence[_Token]) -> None:
        self._text = text
        self._tokens = tokens
        self._place = 0
        self._depth = 0
        self._operators = 0

    @property
    def is_done(self) -> bool:
        return self._place == len(self._tokens)

    def wrong(self) -> Wrong:
        if self.is_done:
            return Wrong(f"The expression {self._text[:100]!r} ends too early.")
        token = self._tokens[self._place]
        return Wrong(
            f"The expression {self._text[:100]!r} has {token.text[:20]!r} at character {token.place + 1}, "
            "where nothing of that kind can be."
        )

    def level(self, level: int) -> Node:
        """Read operators of a level and of the tighter ones."""
        if level == len(LEVELS):
            return self._power()
        node = self.level(level + 1)
        while (sign := self._operator(LEVELS[level])) is not None:
            self._operators += 1
            if self._operators > MOST_OPERATORS:
                raise Wrong(f"The expression {self._text[:100]!r} has more than {MOST_OPERATORS} operators.")
            node = FunctionCall(sign, (node, self.level(level + 1)))
        return node

    def _operator(self, signs: Sequence[str]) -> str | None:
        """Take one of these operators, if it is next."""
        if self.is_done:
            return None
        token = self._tokens[self._place]
        text = token.text.upper() if token.kind == "name" else token.text
        if token.kind not in ("sign", "name") or text not in signs:
            return None
        self._place += 1
        return {"&&": "AND", "||": "OR"}.get(text, text)

    def _power(self) -> Node:
        if self._operator(("-",)):
            return self._deeper(lambda: FunctionCall("-", (Number(0.0), self._power())))
        base = self._one()
        if self._operator(("^",)):
            return self._deeper(lambda: FunctionCall("^", (base, self._power())))
        return base

    def _deeper(self, read_node: Callable[[], Node]) -> Node:
        self._depth += 1
        if self._depth > DEEPEST:
            raise Wrong(f"The expression {self._text[:100]!r} is nested more than {DEEPEST} levels deep.")
        node = read_node()
        self._depth -= 1
        return node

    def _one(self) -> Node:
        if self.is_done:
            raise self.wrong()
        token = self._tokens[self._place]
        self._place += 1
        if token.kind == "number":
            return Number(float(token.text))
        if token.kind == "text":
            return Text(token.text[1:-1])
        if token.kind == "name":
            is_call = self._operator(("(",)) is not None
            return FunctionCall(token.text.upper(), self._deep_items(")")) if is_call else Name(token.text)
        if token.text == "(":
            node = self._deeper(lambda: self.level(0))
            self._expect(")")
            return node
        if token.text == "[":
            return Listed(self._deep_items("]"))
        self._place -= 1
        raise self.wrong()

    def _deep_items(self, end: str) -> tuple[Node, ...]:
        members: list[Node] = []

        def items() -> Node:
            if self._operator((end,)) is None:
                members.append(self.level(0))
                while self._operator((",",)):
                    members.append(self.level(0))
                self._expect(end)
            return Listed(tuple(members))

        self._deeper(items)
        return tuple(members)

    def _expect(self, sign: str) -> None:
        if self._operator((sign,)) is None:
            raise self.wrong()
