"""The table of clients names what is tried, and by tests that there are."""

import ast
from pathlib import Path

import pytest

from doubles.tried_clients import CLIENTS, DIALECTS, TRIED

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "reference" / "clients.md").read_text("utf-8")


def arguments_of(file):
    tree = ast.parse((ROOT / "tests" / "clients" / file).read_text("utf-8"))
    functions = (node for node in tree.body if isinstance(node, ast.FunctionDef))
    return {function.name: {argument.arg for argument in function.args.args} for function in functions}


@pytest.mark.parametrize("cell", TRIED, ids="-".join)
def test_each_cell_is_a_test_by_both_transports(cell):
    file, test = TRIED[cell]
    assert "any_server" in arguments_of(file)[test]


def test_the_page_has_the_table_that_the_tests_are():
    rows = [f"| dialect | {' | '.join(CLIENTS)} |"]
    for dialect, title in DIALECTS.items():
        cells = ["http, https" if (dialect, client) in TRIED else "" for client in CLIENTS]
        rows.append(f"| {title} | {' | '.join(cells)} |")
    written = [line for line in PAGE.splitlines() if line.startswith("|")][: len(rows) + 1]
    assert written == [rows[0], "|---" * (len(CLIENTS) + 1) + "|", *rows[1:]]
    for client, meaning in CLIENTS.items():
        assert f"- {client}: {meaning}\n" in PAGE


def test_what_a_test_speaks_is_made_a_client_of_in_its_program():
    programs = {"test_key_clients.py": "keys", "test_figure_clients.py": "figures"}
    programs |= {"test_trust_clients.py": "trust", "test_clients.py": "journey"}
    for (dialect, client), (file, _) in TRIED.items():
        name = programs[file]
        if client == "JavaScript":
            text = (ROOT / "tests" / "clients" / f"{name}.mjs").read_text("utf-8")
            assert f"@aws-sdk/client-{dialect}'" in text, (dialect, client)
        elif client != "AWS CLI":
            text = (ROOT / "tests" / "clients" / f"{name}.py").read_text("utf-8")
            assert f'boto3.client("{dialect}"' in text, (dialect, client)
        else:
            text = (ROOT / "tests" / "clients" / file).read_text("utf-8")
            assert f"aws {dialect} " in text or f'aws("{dialect}"' in text, (dialect, client)
