"""Who of a build is a real model."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, NamedTuple

from tutelage.models.budget import spent_text
from tutelage.models.client import Client


class Roles(NamedTuple):
    """The models of a build by what they do; None: nobody, or the exact participant of the recipe."""

    student: Client | None = None
    teacher: Client | None = None  # the user, where the statement is not complete
    reword: Client | None = None
    judge: Client | None = None  # of the teacher's words

    @property
    def clients(self) -> Mapping[str, Client]:
        return {role: client for role, client in self._asdict().items() if client is not None}

    @property
    def most(self) -> int:
        """Requests that may be under way at a time."""
        return max([client.most for client in self.clients.values()], default=1)

    @asynccontextmanager
    async def opened(self) -> AsyncGenerator[None]:
        """While servers are asked. Raises as `Client` does on entering."""
        async with AsyncExitStack() as stack:
            for client in self.clients.values():
                await stack.enter_async_context(client)
            yield

    def to_json(self) -> dict[str, Any]:
        """What a manifest says of the participants."""
        return {role: client.to_json() for role, client in self.clients.items()}

    def spent(self) -> str:
        """What each role has taken so far, on one line."""
        return " · ".join([spent_text(role, client.budget.spent.to_json()) for role, client in self.clients.items()])
