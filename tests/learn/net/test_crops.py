"""Crops show what they say they show, and what lies where moves along with the pixels."""

import numpy as np
import pytest
import torch

from vedette.learn.cache import FeatureCache
from vedette.learn.net.crops import Crop, Region, RegionStock, cut, held_inside, room_for, stock_regions, vary
from vedette.learn.order import Cancelled
from vedette.learn.recipe import RunContext

HEIGHT, WIDTH = 96, 128


def a_stock(count: int = 2) -> RegionStock:
    """Return regions of noise, each with a dark disc that is marked."""
    rng = np.random.default_rng(0)
    pixels = rng.integers(120, 250, (count, HEIGHT, WIDTH, 3)).astype(np.uint8)
    places = np.zeros((count, HEIGHT, WIDTH), np.uint8)
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    for number in range(count):
        disc = np.hypot(y - 40 - 8 * number, x - 60) < 12
        pixels[number][disc], places[number][disc] = 10, 1 + number
    return RegionStock(torch.from_numpy(pixels), torch.from_numpy(places), range(count))


def test_a_plain_crop_is_the_part_of_the_region_it_names():
    stock = a_stock()
    pixels, places = cut(stock, [Crop(1, (48.0, 64.0))], (64, 32))
    assert torch.equal(pixels[0].permute(1, 2, 0).round().byte(), stock.pixels[1, 16:80, 48:80])
    assert torch.equal(places[0], stock.places[1, 16:80, 48:80])


@pytest.mark.parametrize("flips", [(-1, 1), (1, -1), (-1, -1)])
def test_a_mirrored_crop_is_the_mirror_image_of_the_plain_one(flips):
    stock = a_stock()
    axes = [axis for axis, way in enumerate(flips) if way < 0]
    plain = cut(stock, [Crop(0, (40.0, 60.0))], (32, 48))
    turned = cut(stock, [Crop(0, (40.0, 60.0), flips=flips)], (32, 48))
    assert torch.allclose(turned[0], plain[0].flip([axis + 2 for axis in axes]), atol=1e-2)
    assert torch.equal(turned[1], plain[1].flip([axis + 1 for axis in axes]))


def test_what_is_marked_stays_on_what_is_dark_however_a_crop_is_varied():
    stock, rng = a_stock(), np.random.default_rng(1)
    crops = [vary(number % 2, (44.0, 60.0), rng) for number in range(16)]
    pixels, places = cut(stock, crops, (64, 64))
    for number, (picture, marked) in enumerate(zip(pixels.mean(1), places, strict=True)):
        assert set(marked.unique().tolist()) == {0, 1 + number % 2}
        assert picture[marked > 0].mean() < picture[marked == 0].mean() - 60


def test_the_same_random_numbers_draw_the_same_crop():
    assert vary(0, (1.0, 2.0), np.random.default_rng(5)) == vary(0, (1.0, 2.0), np.random.default_rng(5))


@pytest.mark.parametrize(
    ("middle", "inside"),
    [((0.0, 0.0), (32.0, 32.0)), ((95.0, 127.0), (64.0, 96.0)), ((50.0, 70.0), (50.0, 70.0))],
)
def test_a_crop_is_moved_into_its_region(middle, inside):
    assert held_inside(middle, (HEIGHT, WIDTH), (64, 64)) == inside


def test_a_crop_as_large_as_its_region_lies_in_the_middle_of_it():
    assert held_inside((3.0, 100.0), (64, 64), (64, 64)) == (32.0, 32.0)


def test_a_stock_holds_each_region_in_its_row_and_stops_when_cancelled():
    def region(number: int) -> Region:
        return Region(np.full((32, 32, 3), number, np.uint8), np.full((32, 32), number, np.uint8))

    stock = stock_regions(region, [0, 0, 3], (32, 32), RunContext(FeatureCache(None)))
    assert stock.pixels[:, 0, 0, 0].tolist() == stock.places[:, 5, 5].tolist() == [0, 1, 2]
    assert (stock.owners, stock.size) == ([0, 0, 3], (32, 32))
    with pytest.raises(Cancelled):
        stock_regions(region, [0], (32, 32), RunContext(FeatureCache(None), cancelled=lambda: True))


def test_a_stock_has_room_for_what_fits_into_its_memory_and_at_least_one():
    assert room_for((448, 448)) == 384 * 1024**2 // (4 * 448 * 448)
    assert room_for((65536, 65536)) == 1
