"""Pages of lists: where one begins, how long it may be, and the token that leads to the next.

    page = read_page(house, request, "ListProjects", caller.account, caller.region)
    projects, more = house.projects.list(scope, after=page.after(0), most=page.size)
    return page.answer({"Projects": [...]}, projects[-1].id if more else None)

A token is sealed and bound to what was asked (`wire/pages.py`): another list, another filter, another
account refuse it as a `BadToken`, which each dialect says in its own words. Sizes are held to the service's
bounds by the shapes, before a handler is called.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from vedette.api.house import House
from vedette.wire import pages

FirstT = TypeVar("FirstT", int, None)

# Entries of a page where the caller does not say: the most that both services let it ask for.
USUAL_SIZE = 100


@dataclass(frozen=True, slots=True)
class PageMembers:
    """What a dialect calls the members of requests and answers that are paged."""

    size: str = "MaxResults"
    token: str = "NextToken"  # noqa: S105  (a member's name)
    next_token: str = "NextToken"  # noqa: S105  (likewise)


NEXT_TOKEN = PageMembers()


@dataclass(frozen=True, slots=True)
class PageRequest:
    """A page of one list, as it was asked for."""

    size: int
    position: int | None
    scope: str
    key: bytes
    members: PageMembers

    def after(self, first: FirstT) -> int | FirstT:
        """Return the position that the page goes on from; `first` for the first page."""
        return first if self.position is None else self.position

    def answer(self, answer: dict[str, Any], last: int | None) -> dict[str, Any]:
        """Return the answer, with the next page's token where there is one: `last` is where this one ends."""
        if last is not None:
            answer[self.members.next_token] = pages.encode(self.key, self.scope, [last])
        return answer


def read_page(
    house: House,
    request: Mapping[str, Any],
    *list_asked: object,
    size: int = USUAL_SIZE,
    members: PageMembers = NEXT_TOKEN,
) -> PageRequest:
    """Return the page that a request asks for. `list_asked` says of which list: its operation first."""
    scope = pages.scope(*list_asked)
    position = pages.decode(house.page_key, scope, request.get(members.token))
    return PageRequest(
        size=request.get(members.size, size),
        position=position[0] if position else None,
        scope=scope,
        key=house.page_key,
        members=members,
    )
