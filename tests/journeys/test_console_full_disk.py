"""A disk that becomes full while somebody uploads at the console: it says so, and nothing is lost."""

import io

from PIL import Image

from doubles.console import signed_in
from doubles.disks import small_disk
from doubles.servers import start_server, stop_server


def a_picture(side):
    file = io.BytesIO()
    Image.effect_noise((side, side), 90).convert("RGB").save(file, "JPEG")
    return file.getvalue()


def upload(browser, data):
    return browser.ask("PUT", "/console/api/upload?name=a.jpg", body=data)


def test_who_uploads_onto_a_full_disk_is_told_and_goes_on_when_there_is_room(tmp_path):
    with small_disk(tmp_path / "disk", mib=64) as disk:
        server = start_server(disk.place / "data", log=tmp_path / "server.log")
        try:
            browser = signed_in(server)
            first = upload(browser, a_picture(64)).json
            disk.fill()
            data = a_picture(900)
            refused = upload(browser, data)
            assert (refused.status, refused.code) == (507, "InsufficientStorage")
            assert "disk" in refused.json["message"]
            assert browser.ask("GET", "/console/api/session").status == 200
            assert browser.ask("GET", f"/console/api/picture?source={first['sourceRef']}").status == 200
            disk.clear()
            assert upload(browser, data).json["isNew"] is True
        finally:
            stop_server(server)
    assert "Traceback" not in (tmp_path / "server.log").read_text("utf-8")
