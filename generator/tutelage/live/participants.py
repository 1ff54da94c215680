"""Clients for the roles of a build, from the options of a command."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tutelage.errors import UsageError
from tutelage.models.budget import Budget, Price
from tutelage.models.cache import Cache
from tutelage.models.client import Client
from tutelage.models.endpoint import Patience
from tutelage.models.wire import Sampling
from tutelage.plan import Live, Plan

if TYPE_CHECKING:
    from tutelage.parameters import ModelOptions


@contextmanager
def opened(role: str, addresses: Sequence[str], given: ModelOptions, out: Path) -> Iterator[Client]:
    """The client of a role, with its cache beside the folder `out` unless another is named.

    Raises UsageError for addresses and limits that are none, StoreError for a cache that can't be used.
    """
    if given.timeout <= 0:
        raise UsageError(f"timeout={given.timeout:g} is not above 0")
    price = Price(*given.price) if given.price else None
    budget = Budget(max_requests=given.max_requests, max_tokens=given.max_tokens, max_cost=given.max_cost, price=price)
    drawn = Sampling(given.temperature, given.top_p, given.reply_tokens)
    client = Client(role, addresses, model=given.student_model, sampling=drawn, budget=budget, most=given.concurrency,
                    patience=Patience(timeout=given.timeout), streams=given.stream)
    path = given.cache or out.with_name(f"{out.name}.cache.sqlite")
    with Cache(path) as client.cache:  # opened last: a bad address leaves no file
        yield client


def with_model(plan: Plan, client: Client, given: ModelOptions) -> Plan:
    """The plan with the client's model as the student. Raises ModelError where nobody says which model that is."""
    if not client.model:
        client.model = asyncio.run(_first_model(client))
    return replace(plan, live=Live(student=client.model, group=given.group, temperature=given.temperature,
                                   top_p=given.top_p, reply_tokens=given.reply_tokens))


async def _first_model(client: Client) -> str:
    async with client:
        return client.model
