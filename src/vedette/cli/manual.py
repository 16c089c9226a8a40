"""Manual pages in the language of man(7), from the commands' own texts."""

from collections.abc import Iterator

import click

import vedette

# A dot or an apostrophe that begins a line would be a request to the formatter.
REQUESTS = (".", "'")


def manual_pages(app: click.Group) -> Iterator[tuple[str, str]]:
    """Yield a page's name and its text, for the program and each command below it."""
    yield from _pages(app, ("vedette",), None)


def _pages(
    command: click.Command, names: tuple[str, ...], parent: click.Context | None
) -> Iterator[tuple[str, str]]:
    context = click.Context(command, info_name=names[-1], parent=parent)
    yield "-".join(names), _page(command, context, names)
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            if below is not None and not below.hidden:
                yield from _pages(below, (*names, name), context)


def _page(command: click.Command, context: click.Context, names: tuple[str, ...]) -> str:
    summary, _, rest = (command.help or "").partition("\n\n")
    summary = " ".join(summary.split())
    lines = [
        f'.TH "{"-".join(names).upper()}" 1 "" "Vedette {vedette.__version__}"',
        ".SH NAME",
        f"{_text('-'.join(names))} \\- {_text(summary)}",
        ".SH SYNOPSIS",
        f"\\fB{_text(' '.join(names))}\\fR {_text(' '.join(command.collect_usage_pieces(context)))}",
        ".SH DESCRIPTION",
        _text(summary),
    ]
    for paragraph in filter(str.strip, rest.split("\n\n")):
        lines += [".PP", _text(" ".join(paragraph.split()))]
    records = [record for parameter in command.get_params(context) if (record := _record(parameter, context))]
    lines += _section("OPTIONS", records)
    if isinstance(command, click.Group):
        lines += _section("COMMANDS", _commands(command, context, names))
    return "\n".join(lines) + "\n"


def _record(parameter: click.Parameter, context: click.Context) -> tuple[str, str] | None:
    if isinstance(parameter, click.Argument):
        return parameter.make_metavar(context), getattr(parameter, "help", "") or ""
    return parameter.get_help_record(context)


def _commands(command: click.Group, context: click.Context, names: tuple[str, ...]) -> list[tuple[str, str]]:
    below = ((name, command.get_command(context, name)) for name in command.list_commands(context))
    return [
        (f"{'-'.join((*names, name))}(1)", " ".join((child.help or "").partition("\n\n")[0].split()))
        for name, child in below
        if child is not None and not child.hidden
    ]


def _section(title: str, records: list[tuple[str, str]]) -> list[str]:
    lines = [f".SH {title}"] if records else []
    for name, about in records:
        lines += [".TP", f"\\fB{_text(name)}\\fR", _text(about)]
    return lines


def _text(text: str) -> str:
    """Return a text in which nothing is a request or an escape."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    # Formatters read bytes, and know other characters by their numbers.
    escaped = "".join(char if char.isascii() else f"\\[u{ord(char):04X}]" for char in escaped)
    return "\n".join(f"\\&{line}" if line.startswith(REQUESTS) else line for line in escaped.splitlines())
