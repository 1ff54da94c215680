"""Clients for the roles of a build, from the options of a command."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tutelage.errors import UsageError
from tutelage.live.roles import Roles
from tutelage.models.budget import Budget, Price
from tutelage.models.cache import Cache
from tutelage.models.client import Client
from tutelage.models.endpoint import Patience
from tutelage.models.wire import Sampling
from tutelage.plan import Live, Plan

if TYPE_CHECKING:
    from tutelage.parameters import ModelOptions


@contextmanager
def opened(addresses: Mapping[str, Sequence[str]], given: ModelOptions, out: Path) -> Iterator[Roles]:
    """The clients of the roles that have addresses, with one cache beside the folder `out` unless another is named.

    Limits hold for all roles together. Raises UsageError for addresses and limits that are none, StoreError for a
    cache that can't be used.
    """
    if given.timeout <= 0:
        raise UsageError(f"timeout={given.timeout:g} is not above 0")
    price = Price(*given.price) if given.price else None
    first = Budget(max_requests=given.max_requests, max_tokens=given.max_tokens, max_cost=given.max_cost, price=price)
    drawn = Sampling(given.temperature, given.top_p, given.reply_tokens)
    clients = dict[str, Client]()
    for role, urls in addresses.items():
        if urls:
            clients[role] = Client(role, urls, model=getattr(given, f"{role}_model"), sampling=drawn,
                                   budget=first.beside() if clients else first, most=given.concurrency,
                                   patience=Patience(timeout=given.timeout), streams=given.stream)
    path = given.cache or out.with_name(f"{out.name}.cache.sqlite")
    with Cache(path) as cache:  # opened last: a bad address leaves no file
        for client in clients.values():
            client.cache = cache
        yield Roles(**clients)


def with_models(plan: Plan, roles: Roles, given: ModelOptions) -> Plan:
    """The plan with the models of the roles. Raises ModelError where nobody says which model one is."""
    if not all(client.model for client in roles.clients.values()):
        asyncio.run(_name(roles))
    names = {role: client.model for role, client in roles.clients.items()}
    return replace(plan, live=Live(**names, group=given.group, temperature=given.temperature,
                                   top_p=given.top_p, reply_tokens=given.reply_tokens))


async def _name(roles: Roles) -> None:
    """Asks the servers for the names that aren't given."""
    async with roles.opened():
        pass
