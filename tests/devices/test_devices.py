"""Devices by the room's front: tokens that work once, orders that only grow, packages that were signed."""

import json

import pytest

from doubles.houses import ELSEWHERE, HERE
from doubles.workshops import PLACE, SECRET
from vedette.api.devices.limits import CallRates
from vedette.devices.calls import hash_of
from vedette.devices.reports import report_of
from vedette.devices.values import DeviceChange, DevicePlace, NewDevice
from vedette.errors import Denied, Missing, Refusal, Taken, TooFast, Wrong
from vedette.packaging.signing import make_key
from vedette.runtime.device_orders import read_order, read_token
from vedette.runtime.signatures import decode

OTHER = "t" * 43


def test_a_token_works_once_and_an_answer_that_was_lost_is_mended(shop):
    device, text = shop.devices.create(PLACE, NewDevice("press-4"))
    assert device.state(shop.devices.now_ms()) == "waiting"
    token = read_token(text)
    assert token.key == shop.devices.public_key(HERE)
    bearer = f"{token.device}.{token.secret}"
    for _ in range(2):
        shop.calls.register(bearer, hash_of(SECRET), "10.0.0.1")
    with pytest.raises(Taken, match="used already, by another device"):
        shop.calls.register(bearer, hash_of(OTHER), "10.0.0.2")
    assert shop.calls.announce(f"{token.device}.{SECRET}", b"{}", "10.0.0.1") is None
    assert shop.devices.describe(PLACE, "press-4").state(shop.devices.now_ms()) == "online"
    with pytest.raises(Denied):
        shop.calls.announce(f"{token.device}.{OTHER}", b"{}", "10.0.0.2")


def test_a_token_ends_by_itself_and_a_new_one_takes_the_place_of_the_agent_before(shop):
    _, text = shop.devices.create(PLACE, NewDevice("press-4"))
    token = read_token(text)
    shop.house.clock.move(days=7, seconds=1)
    with pytest.raises(Denied, match="expired"):
        shop.calls.register(f"{token.device}.{token.secret}", hash_of(SECRET), "")
    _, text = shop.devices.renew_token(PLACE, "press-4")
    renewed = read_token(text)
    shop.calls.register(f"{renewed.device}.{renewed.secret}", hash_of(SECRET), "")
    _, text = shop.devices.renew_token(PLACE, "press-4")
    shop.calls.announce(f"{token.device}.{SECRET}", b"{}", "")  # until somebody comes with it
    again = read_token(text)
    shop.calls.register(f"{again.device}.{again.secret}", hash_of(OTHER), "")
    with pytest.raises(Denied):
        shop.calls.announce(f"{token.device}.{SECRET}", b"{}", "")
    shop.calls.announce(f"{token.device}.{OTHER}", b"{}", "")


@pytest.mark.parametrize("bearer", ["", ".", "x", f"{'a' * 26}.{SECRET}", f"{'a' * 26}.é", "a" * 999])
def test_strangers_are_told_alike(shop, bearer):
    mine = shop.register("press-4")
    shop.devices.delete(PLACE, "press-4")
    sentences = set()
    for stranger in (bearer, mine):
        with pytest.raises(Denied) as raised:
            shop.calls.announce(stranger, b"{}", "")
        sentences.add(raised.value.sentence)
    assert len(sentences) == 1


def test_a_device_gets_its_own_order_and_packages_alone(shop):
    first, second = shop.register("press-4"), shop.register("press-5", OTHER)
    shop.order("press-4", shop.source())
    shop.order("press-5", shop.source(), shop.source(name="lid"))
    orders = {}
    for bearer in (first, second):
        signed = shop.calls.announce(bearer, b"{}", "")
        text = signed.text.encode()
        assert shop.devices.public_key(HERE).verifies("order", text, decode(signed.signature))
        orders[bearer] = read_order(text)
        assert orders[bearer].device == bearer.partition(".")[0]
    mine, theirs = ({model.archive for model in orders[bearer].models} for bearer in (first, second))
    assert {model.name for model in orders[second].models} == {"belt", "lid"}
    for archive in mine:
        assert shop.calls.archive(first, archive).place.is_file()
    for archive in theirs | {"../../vedette.db", "", "0" * 64}:
        with pytest.raises(Missing):
            shop.calls.archive(first, archive)


def test_orders_only_grow_whatever_the_clock_does(shop):
    bearer = shop.register("press-4")
    numbers = []
    for hours in (0, -48, 0, 100, -200):
        shop.house.clock.move(hours=hours)
        shop.order("press-4", shop.source())
        numbers.append(read_order(shop.calls.announce(bearer, b"{}", "").text.encode()).number)
    assert numbers == sorted(set(numbers))


def test_archives_stay_while_a_device_is_to_have_them(shop):
    for name in ("press-4", "press-5"):
        shop.devices.create(PLACE, NewDevice(name))
    common = shop.source()
    shop.order("press-4", common)
    device = shop.order("press-5", common)
    archive = device.wishes[0].model.archive
    shop.order("press-4", shop.source())
    assert archive in shop.archives()
    shop.devices.delete(PLACE, "press-5")
    assert len(shop.archives()) == 1
    shop.order("press-4")
    assert shop.archives() == set()


@pytest.mark.parametrize("more", [{"signs": False}, {"account": ELSEWHERE}], ids=["unsigned", "another's"])
def test_a_package_that_this_account_did_not_sign_is_no_device_s(shop, more):
    shop.devices.create(PLACE, NewDevice("press-4"))
    with pytest.raises(Wrong, match="cannot be given to devices"):
        shop.order("press-4", shop.source(**more))
    assert shop.devices.describe(PLACE, "press-4").wishes == ()
    assert list((shop.folder / "devices" / "packages" / HERE).iterdir()) == []


def test_a_package_that_somebody_else_signed_is_taken_where_that_key_is_vouched_for(shop, tmp_path):
    shop.devices.create(PLACE, NewDevice("press-4"))
    mine, other = (make_key(tmp_path / name) for name in ("mine.pem", "other.pem"))
    device = shop.order("press-4", shop.source(signer=mine, told=mine.public))
    (wish,) = device.wishes
    assert (wish.project_arn, wish.job, wish.address, wish.key) == (
        "",
        "",
        "s3://own/1.zip",
        str(mine.public),
    )
    assert shop.devices.describe(PLACE, "press-4").wishes == (wish,), "as it is kept"
    assert shop.archives() == {wish.model.archive}
    strangers = [
        shop.source(signer=mine),  # nobody vouches for the key: the account's is wanted
        shop.source(signer=other, told=mine.public),
        shop.source(told=mine.public),  # signed by the account, which is not whom was vouched for
        shop.source(signs=False, told=mine.public),
    ]
    for source in strangers:
        with pytest.raises(Wrong, match="cannot be given to devices"):
            shop.order("press-4", source)
    assert shop.devices.describe(PLACE, "press-4").wishes == (wish,)


def test_two_packages_of_one_model_and_too_many_are_refused(shop):
    shop.devices.create(PLACE, NewDevice("press-4"))
    with pytest.raises(Wrong, match="Two of the packages are of the model belt"):
        shop.order("press-4", shop.source(), shop.source())
    with pytest.raises(Wrong, match="20 models at most"):
        shop.order("press-4", *[shop.source(name=f"m{number}") for number in range(21)])


def test_devices_of_another_account_or_region_are_not_there(shop):
    shop.devices.create(PLACE, NewDevice("press-4"))
    for place in (DevicePlace(ELSEWHERE, "eu-west-1"), DevicePlace(HERE, "us-east-1")):
        with pytest.raises(Missing):
            shop.devices.describe(place, "press-4")
        with pytest.raises(Missing):
            shop.devices.delete(place, "press-4")
        assert shop.devices.list(place, after=0, most=10) == ([], False)
    with pytest.raises(Taken):
        shop.devices.create(PLACE, NewDevice("press-4"))


def test_tags_are_replaced_and_go_with_the_device(shop):
    device, _ = shop.devices.create(PLACE, NewDevice("press-4", tags={"hall": "2"}))
    assert shop.devices.tags_of(device) == {"hall": "2"}
    shop.devices.update(PLACE, "press-4", DeviceChange(tags={"line": "7"}), None)
    assert shop.devices.tags_of(device) == {"line": "7"}
    shop.devices.delete(PLACE, "press-4")
    assert shop.devices.tags_of(device) == {}


def reported(shop, bearer, instance):
    shop.calls.announce(bearer, json.dumps({"instance": instance}).encode(), "10.0.0.1")
    return shop.devices.describe(PLACE, "press-4").second_ms


def test_a_second_machine_with_the_same_secret_is_noticed_and_a_restart_is_none(shop):
    bearer = shop.register("press-4")
    for instance in ("a", "a", "b", "b", "c"):  # an agent that was restarted twice
        assert reported(shop, bearer, instance) is None
    assert reported(shop, bearer, "clone") is None
    assert reported(shop, bearer, "c") is not None


def test_what_a_device_says_is_cut_to_size_and_only_shows(shop):
    report = report_of(
        {
            "agent": "<script>alert(1)</script>",
            "order": -5,
            "instance": "i" * 5000,
            "machine": {"host": "a\x1b[31m\u202eb", "cores": True, "memory": 1 << 90, "free_disk": "much"},
            "models": [{"name": "m" * 5000, "answered": 1.5, "state": ["RUNNING"]}, 7, *[{}] * 100],
            "doing": None,
            "problem": {"a": 1},
        }
    )
    assert report.agent == "<script>alert(1)</script>"  # pages escape it
    assert (report.order, report.instance, report.doing, report.problem) == (0, "i" * 64, "", "")
    machine = report.machine
    assert (machine.host, machine.cores, machine.memory, machine.free_disk) == ("a?[31m?b", 0, 0, 0)
    assert len(report.models) == 49
    assert (report.models[0].name, report.models[0].answered, report.models[0].state) == ("m" * 300, 0, "")


@pytest.mark.parametrize("body", [b"", b"[]", b"5", b'{"a": ', b"[" * 100_000])
def test_a_report_that_is_none_is_refused(shop, body):
    bearer = shop.register("press-4")
    with pytest.raises(Refusal):
        shop.calls.announce(bearer, body, "")


def test_who_asks_without_end_is_told_to_ask_less_often():
    rates = CallRates(burst=3, a_second=1)
    for _ in range(3):
        rates.refuse_empty("a", 10.0)
        rates.take("a", 10.0)
    with pytest.raises(TooFast):
        rates.refuse_empty("a", 10.5)
    rates.refuse_empty("b", 10.5)
    rates.refuse_empty("a", 11.5)
