"""The page on stacks does what it says: its template, and its Python from top to bottom."""

import re
from pathlib import Path

import boto3

from vedette.api.cloudformation.types import TYPES

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "from-a-template.md").read_text("utf-8")
(TEMPLATE,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
(CODE,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


def test_the_code_of_the_page_runs(server, monkeypatch, tmp_path, capsys):
    access_key, secret = server.key
    for name, value in {
        "AWS_ENDPOINT_URL": server.address,
        "AWS_ACCESS_KEY_ID": access_key,
        "AWS_SECRET_ACCESS_KEY": secret,
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    (tmp_path / "line-4.yaml").write_text(TEMPLATE)
    monkeypatch.chdir(tmp_path)
    exec(CODE.replace('open("line-4.yaml").read()', repr(TEMPLATE)), {})
    assert capsys.readouterr().out == "IN_SYNC\n"


def test_the_page_names_every_type():
    for name in TYPES:
        service, kind = name.rsplit("::", 1)
        assert f"`{name}`" in PAGE or (f"`{kind}`" in PAGE and f"`{service}::" in PAGE), name
