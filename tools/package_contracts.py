"""Contracts of `.importlinter` over every package in a folder: a new one is held to them without being named.

A package is a module that has others in it; the files beside it are what the packages share.
"""

from grimp import ImportGraph
from importlinter import ContractCheck, fields
from importlinter.contracts.forbidden import ForbiddenContract
from importlinter.contracts.independence import IndependenceContract
from importlinter.domain.imports import Module, ModuleExpression


def packages_in(graph: ImportGraph, folder: Module) -> set[ModuleExpression]:
    """Return the packages in a folder; none at all is a mistake in the contract."""
    names = {name for name in graph.find_children(folder.name) if graph.find_children(name)}
    if not names:
        raise ValueError(f"There is no package in {folder.name}.")
    return {ModuleExpression(name) for name in names}


class IndependentPackages(IndependenceContract):
    """No package in the folder imports another one, by no detour either."""

    type_name = "independent_packages"

    folder = fields.ModuleField()
    modules = fields.SetField(subfield=fields.ModuleExpressionField(), required=False)

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Check whatever packages there are now."""
        self.modules = packages_in(graph, self.folder)
        return super().check(graph, verbose)


class ForbiddenPackages(ForbiddenContract):
    """Who is named imports no package in the folder."""

    type_name = "forbidden_packages"

    folder = fields.ModuleField()
    forbidden_modules = fields.SetField(subfield=fields.ModuleExpressionField(), required=False)

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Check whatever packages there are now."""
        self.forbidden_modules = packages_in(graph, self.folder)
        return super().check(graph, verbose)
