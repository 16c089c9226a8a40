"""A door that is added tomorrow is held apart from the others without being named."""

import pytest
from grimp import ImportGraph
from importlinter.configuration import configure
from importlinter.domain.imports import Module
from tools.package_contracts import ForbiddenPackages, IndependentPackages, packages_in

configure()  # its clock, as its command does
MODULES = ("app", "app.server", "app.server.run", "app.api", "app.api.paging")


def graph_of(*doors, imports=()):
    """Return a program with these doors, each a folder with a module of faults."""
    graph = ImportGraph()
    for name in (*MODULES, *(f"app.api.{door}{rest}" for door in doors for rest in ("", ".faults"))):
        graph.add_module(name)
    for importer, imported in (("app.api.kms.faults", "app.api.paging"), *imports):
        graph.add_import(importer=importer, imported=imported)
    return graph


def apart(graph):
    return IndependentPackages("", {}, {"folder": "app.api"}).check(graph, verbose=False).kept


def reached_by_doors(graph):
    options = {"folder": "app.api", "source_modules": ["app.server.*"], "allow_indirect_imports": "True"}
    return ForbiddenPackages("", {"root_packages": ["app"]}, options).check(graph, verbose=False).kept


def test_folders_are_packages_and_the_files_beside_them_are_shared():
    packages = packages_in(graph_of("kms", "sts"), Module("app.api"))
    assert {str(package) for package in packages} == {"app.api.kms", "app.api.sts"}


@pytest.mark.parametrize(
    ("imports", "kept"),
    [
        ([], True),
        ([("app.api.sts", "app.api.paging")], True),
        ([("app.api.sts.faults", "app.api.kms.faults")], False),
        ([("app.api.kms", "app.api.sts")], False),
        ([("app.api.sts", "app.server.run"), ("app.server.run", "app.api.kms")], False),
    ],
)
def test_a_door_that_is_added_sees_no_other_by_no_detour_either(imports, kept):
    assert apart(graph_of("kms", "sts", imports=imports)) is kept


@pytest.mark.parametrize(
    ("imports", "kept"),
    [
        ([], True),
        ([("app.server.run", "app.api.paging")], True),
        ([("app.server.run", "app.api.kms.faults")], False),
        ([("app.server.run", "app.api.kms")], False),
    ],
)
def test_the_server_reaches_into_no_door_that_is_added(imports, kept):
    assert reached_by_doors(graph_of("kms", imports=imports)) is kept


def test_a_folder_without_packages_is_a_mistake_in_the_contract():
    with pytest.raises(ValueError, match=r"There is no package in app\.server\."):
        packages_in(graph_of(), Module("app.server"))
