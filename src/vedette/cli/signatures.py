"""Commands made from functions: annotated parameters are options and arguments, the docstring is the help.

    users = CommandGroup("Users of an account.")

    @users.define("create")
    def create_user(name: Annotated[str, Argument(help="The user's name.")]) -> None: ...

Options that several commands have are a dataclass: a parameter of that type is an option for each field.

It stands on click, which parses, converts, refuses, wraps and completes. A command is made when it is asked
for. No command is known here, nor what one does.
"""

import inspect
import types
from collections.abc import Callable, Iterator, Sequence
from dataclasses import MISSING, dataclass, fields, is_dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin

import click
from click.exceptions import Exit

from vedette.cli.terminal import styled

__all__ = ["Argument", "CommandGroup", "Exit", "Option", "SignatureCommand"]

Action = TypeVar("Action", bound=Callable[..., Any])

WIDEST = 100
"""Columns of a line of help at most, on wider terminals too: longer lines are hard to read."""

INTERRUPTED = 130
"""The exit status of a program that Ctrl-C ended, as shells have it: 128 and the signal's number."""


@dataclass(frozen=True, slots=True)
class Argument:
    """A parameter that is told by its place."""

    help: str
    metavar: str | None = None


class Option:
    """A parameter that is told by its name: `--like-this` after the parameter's own, or the names given."""

    __slots__ = ("help", "max", "min", "names")

    def __init__(self, *names: str, help: str, min: float | None = None, max: float | None = None) -> None:  # noqa: A002
        self.names = names
        self.help = help
        self.min = min
        self.max = max


class EnumChoice(click.Choice[str]):
    """The values of an enumeration; the function gets its member."""

    def __init__(self, kind: type[StrEnum]) -> None:
        super().__init__([member.value for member in kind])
        self._kind = kind

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> StrEnum:
        """Return the member of that value; refuse what is none."""
        return self._kind(super().convert(value, param, ctx))


class HeadedFormatter(click.HelpFormatter):
    """Help whose headings stand out at a terminal."""

    def write_heading(self, heading: str) -> None:
        """Write a heading, in bold."""
        self.write(f"{'':>{self.current_indent}}{styled(heading + ':', is_bold=True)}\n")


class HeadedContext(click.Context):
    """The context of a command whose help has such headings."""

    formatter_class = HeadedFormatter


class SignatureCommand(click.Command):
    """A command that calls a function with what was typed."""

    context_class = HeadedContext

    def __init__(self, name: str, function: Callable[..., Any], *, is_hidden: bool = False) -> None:
        super().__init__(
            name,
            callback=lambda **values: _call(function, values),
            help=inspect.getdoc(function),
            hidden=is_hidden,
        )
        self._signature: inspect.Signature | None = inspect.signature(function)

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """Return the parameters, made when they are asked for: most starts need those of one command."""
        if self._signature is not None:
            self.params = [_parameter(parameter) for parameter in _flat(self._signature)]
            self._signature = None
        return super().get_params(ctx)


class CommandGroup(click.Group):
    """Commands below a name, in the order of their definitions, under headings where there are many."""

    context_class = HeadedContext

    def __init__(self, description: str, *, params: Sequence[click.Parameter] = ()) -> None:
        super().__init__(
            help=description, params=list(params), context_settings={"max_content_width": WIDEST}
        )
        self._headings: dict[str, str] = {}

    def define(
        self, name: str, *, heading: str = "Commands", is_hidden: bool = False
    ) -> Callable[[Action], Action]:
        """Return a decorator that makes a command of a function, which stays a function."""

        def remember(function: Action) -> Action:
            self.attach(name, SignatureCommand(name, function, is_hidden=is_hidden), heading=heading)
            return function

        return remember

    def attach(self, name: str, command: click.Command, *, heading: str = "Commands") -> None:
        """Put a command, or a group of commands, below this one."""
        self.add_command(command, name)
        self._headings[name] = heading

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order in which they were defined."""
        return list(self.commands)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Print the help where nothing was typed: to standard output, for `less`, as a mistake."""
        if not args and not ctx.resilient_parsing:
            click.echo(ctx.get_help(), color=ctx.color)
            ctx.exit(2)
        return super().parse_args(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands under their headings, with the whole first paragraph of each."""
        sections: dict[str, list[tuple[str, str]]] = {}
        for name, command in self.commands.items():
            if not command.hidden:
                row = (name, " ".join((command.help or "").partition("\n\n")[0].split()))
                sections.setdefault(self._headings[name], []).append(row)
        # One width for all headings, so that the summaries stand in one column.
        widest = max(len(name) for rows in sections.values() for name, _ in rows)
        for heading, rows in sections.items():
            with formatter.section(heading):
                formatter.write_dl([(name.ljust(widest), summary) for name, summary in rows])

    def invoke(self, ctx: click.Context) -> Any:
        """Run what was typed; Ctrl-C ends it without a word, and with the status that shells expect of it."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise Exit(INTERRUPTED) from None


def _call(function: Callable[..., Any], values: dict[str, Any]) -> Any:
    """Call a function with what was typed; options of a dataclass are put together first."""
    for parameter in inspect.signature(function).parameters.values():
        kind = parameter.annotation
        if _is_group(kind):
            names = [field.name for field in fields(kind)]
            values[parameter.name] = kind(**{name: values.pop(name) for name in names})
    return function(**values)


def _is_group(annotation: Any) -> bool:
    return is_dataclass(annotation)


def _flat(signature: inspect.Signature) -> Iterator[inspect.Parameter]:
    """Yield the parameters, with the fields of a dataclass in its place."""
    for parameter in signature.parameters.values():
        if not _is_group(parameter.annotation):
            yield parameter
            continue
        for field in fields(parameter.annotation):
            default = inspect.Parameter.empty if field.default is MISSING else field.default
            yield parameter.replace(
                name=field.name, kind=parameter.KEYWORD_ONLY, default=default, annotation=field.type
            )


def _parameter(parameter: inspect.Parameter) -> click.Parameter:
    """Return the parameter of a command that a function's parameter asks for."""
    kind, details = get_args(parameter.annotation)
    kind, is_many = _without_none(kind), False
    if get_origin(kind) is list:
        kind, is_many = get_args(kind)[0], True
    is_required = parameter.default is inspect.Parameter.empty
    settings: dict[str, Any] = {"help": details.help, "required": is_required}
    if not is_required:
        default = parameter.default
        settings["default"] = default.value if isinstance(default, StrEnum) else default
    if isinstance(details, Argument):
        settings |= {"nargs": -1 if is_many else 1, "metavar": details.metavar}
        return click.Argument([parameter.name], type=_type_of(kind), **settings)
    return _option(parameter.name, kind, details, {**settings, "multiple": is_many})


def _option(name: str, kind: Any, details: Option, settings: dict[str, Any]) -> click.Option:
    long = f"--{name.replace('_', '-')}"
    if kind is bool:
        names = details.names or (f"{long}/--no-{long[2:]}",)
        return click.Option([name, *names], is_flag=True, **settings)
    # An empty default is the absence of a value, which nobody needs to read.
    shows = settings.get("default") not in (None, "")
    return click.Option(
        [name, *(details.names or (long,))], type=_type_of(kind, details), show_default=shows, **settings
    )


def _without_none(kind: Any) -> Any:
    if get_origin(kind) is types.UnionType:
        return next(member for member in get_args(kind) if member is not types.NoneType)
    return kind


def _type_of(kind: Any, details: Option | None = None) -> click.ParamType[Any]:
    if details is not None and (details.min, details.max) != (None, None):
        if kind is int:
            least, most = (None if end is None else int(end) for end in (details.min, details.max))
            return click.IntRange(least, most)
        return click.FloatRange(details.min, details.max)
    if issubclass(kind, StrEnum):
        return EnumChoice(kind)
    plain: dict[Any, click.ParamType[Any]] = {
        str: click.STRING,
        int: click.INT,
        float: click.FLOAT,
        Path: click.Path(path_type=Path),
    }
    return plain[kind]
