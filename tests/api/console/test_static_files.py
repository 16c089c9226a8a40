"""The console's files: the page for every view, nothing outside the folder, and headers that hold."""

import gzip
from pathlib import Path

import pytest
from tools.build_console import pack_texts

from doubles.visits import a_request
from vedette.api.console.static_files import answer_file
from vedette.wire.http import FileBody


@pytest.fixture
def folder(tmp_path):
    built = tmp_path / "static"
    (built / "assets").mkdir(parents=True)
    (built / "index.html").write_text("<!doctype html>the page")
    (built / "assets" / "app-1a2b.js").write_text("let a = 1;")
    pack_texts(built)
    assert not (built / "assets" / "app-1a2b.js").exists()
    (built / "assets" / "font-3c4d.woff2").write_bytes(b"wOF2")
    (tmp_path / "secret.txt").write_text("secret")
    (built / "link.txt").symlink_to(tmp_path / "secret.txt")
    return built


def ask(folder, path, method="GET", **headers):
    fields = [(name.replace("_", "-"), value) for name, value in headers.items()]
    response = answer_file(a_request(method, f"/console/{path}", headers=fields), path, folder)
    body = response.body
    content = Path(body.path).read_bytes() if isinstance(body, FileBody) else body
    return response.status, dict(response.headers), content


@pytest.mark.parametrize(
    "path",
    [
        "",
        "projects",
        "projects/rekognition/bolts/datasets/train",
        "projects/rekognition/line-7.2",
        "account/users/maya.lee",
        "index.html",
    ],
)
def test_every_view_is_the_page(folder, path):
    status, headers, content = ask(folder, path)
    assert (status, content, headers["cache-control"]) == (200, b"<!doctype html>the page", "no-cache")
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe-eval" not in policy
    assert "script-src" not in policy
    assert "frame-ancestors 'none'" in policy


def test_files_with_a_hash_in_their_name_are_for_ever_and_packed_ones_are_sent_packed(folder):
    plain = ask(folder, "assets/app-1a2b.js")
    packed = ask(folder, "assets/app-1a2b.js", accept_encoding="gzip, deflate, br")
    assert (plain[2], gzip.decompress(packed[2])) == (b"let a = 1;", b"let a = 1;")
    assert "content-encoding" not in plain[1]
    assert (packed[1]["content-encoding"], packed[1]["vary"]) == ("gzip", "accept-encoding")
    assert (plain[1]["content-type"], "immutable" in plain[1]["cache-control"]) == (
        "text/javascript; charset=utf-8",
        True,
    )


def test_a_font_is_sent_as_it_is(folder):
    status, headers, content = ask(folder, "assets/font-3c4d.woff2", accept_encoding="gzip, br")
    assert (status, content, headers["content-type"]) == (200, b"wOF2", "font/woff2")
    assert "content-encoding" not in headers


def test_the_archive_itself_is_no_file_of_the_console(folder):
    assert ask(folder, "texts.tar.xz")[0] == 404


def test_a_browser_that_has_the_page_gets_no_second_copy(folder):
    tag = ask(folder, "")[1]["etag"]
    assert ask(folder, "projects", if_none_match=tag)[0] == 304


@pytest.mark.parametrize(
    "path",
    [
        "../secret.txt",
        "..%2fsecret.txt",
        "assets/../../secret.txt",
        "/etc/passwd.txt",
        "link.txt",
        "a.js",
        "C:\\x.y",
    ],
)
def test_nothing_outside_the_folder_is_read(folder, path):
    assert ask(folder, path)[0] == 404


def test_a_page_can_only_be_read(folder):
    assert ask(folder, "", "POST")[0] == 405


def test_a_console_that_was_not_built_says_how(tmp_path):
    status, headers, content = ask(tmp_path / "nowhere", "")
    assert (status, headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert b"make console" in content


@pytest.mark.parametrize("path", ["/console/..%2f..%2fetc/passwd", "/console/%2e%2e/%2e%2e/pyproject.toml"])
def test_over_the_wire_too(server, path):
    from doubles.raw_http import head, statuses, talk

    fields = [("host", "localhost"), ("connection", "close")]
    answer = talk(server, head("GET", path, fields))
    assert statuses(answer)[0] in (404, 200)
    assert b"root:" not in answer
    assert b"[project]" not in answer
