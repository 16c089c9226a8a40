"""What lies of a function in the database."""

import orjson
from sqlalchemy import select

from doubles.function_requests import make_function
from doubles.houses import HERE
from vedette.functions.store import LATER, PURPOSE, FunctionPlace
from vedette.functions.tables import functions as table

REGION = "eu-west-1"


def test_a_server_of_an_older_release_reads_what_uses_nothing_new(house):
    functions = house.functions
    make_function(functions, HERE, REGION)

    def kept():
        with functions.database.read() as connection:
            sealed = connection.execute(select(table.c.settings)).scalar_one()
        return orjson.loads(functions.tools.seal.open(sealed, PURPOSE))

    assert kept()["retries"] == 2
    assert not kept().keys() & set(LATER)
    place = FunctionPlace(HERE, REGION)
    functions.change(place, "sorter", {"may_recur": True})
    assert kept().keys() & set(LATER) == {"may_recur"}
    assert functions.find(place, "sorter").settings.may_recur
    functions.change(place, "sorter", {"may_recur": False, "retries": 0})
    assert not kept().keys() & set(LATER)
    assert functions.find(place, "sorter").settings.retries == 0
