"""What a build may spend on a model, and what it has spent: requests, tokens, money, time.

    >>> budget = Budget(max_requests=2, price=Price(1.0, 4.0))
    >>> budget.spend(Reply("4", prompt_tokens=1_000_000, completion_tokens=500_000))
    >>> budget.spent.cost, budget.left
    (3.0, True)
    >>> budget.spend(Reply("5"))
    >>> budget.left, budget.why
    (False, '2 of 2 requests')
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from tutelage.errors import UsageError
from tutelage.models.wire import Reply


class Price(NamedTuple):
    """What a million tokens cost, in the currency that the user thinks in."""

    prompt: float = 0.0
    completion: float = 0.0


class Spent(NamedTuple):
    """What was spent on one role. Replies from the cache cost nothing and are counted apart."""

    requests: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: float = 0.0
    seconds: float = 0.0  # sum over requests, from asking to the whole reply
    cached: int = 0
    retries: int = 0

    def to_json(self) -> dict[str, Any]:
        mean = self.seconds / self.requests if self.requests else 0.0
        return {**self._asdict(), "cost": round(self.cost, 6), "seconds": round(self.seconds, 3),
                "mean_seconds": round(mean, 4)}


def spent_text(role: str, spent: Mapping[str, Any]) -> str:
    """What `Spent.to_json` says, on one line: "student: 120 requests, 30 from the cache, 9,000 tokens, 0.42 s each"."""
    parts = [f"{spent['requests']:,} requests", f"{spent['cached']:,} from the cache" if spent["cached"] else "",
             f"{spent['prompt_tokens'] + spent['completion_tokens']:,} tokens",
             f"{spent['mean_seconds']:.2f} s each" if spent["requests"] else "",
             f"cost {spent['cost']:.2f}" if spent["cost"] else ""]
    return f"{role}: {', '.join([part for part in parts if part])}"


class Budget:
    """Limits, None for none, and what is spent of them. What is under way when a limit is reached is let finish."""

    def __init__(self, *, max_requests: int | None = None, max_tokens: int | None = None,
                 max_cost: float | None = None, price: Price | None = None) -> None:
        for name, most in (("max_requests", max_requests), ("max_tokens", max_tokens), ("max_cost", max_cost)):
            if most is not None and most <= 0:
                raise UsageError(f"{name}={most} is not above 0")
        if max_cost is not None and price is None:
            raise UsageError(f"max_cost={max_cost} needs the price of a million tokens; give --price PROMPT,COMPLETION")
        self.max_requests, self.max_tokens, self.max_cost = max_requests, max_tokens, max_cost
        self.price, self.spent, self.asked = price or Price(), Spent(), 0
        self._all = [self]

    def beside(self, price: Price | None = None) -> Budget:
        """The budget of another role with the same limits: what both spend counts; `price` None: the same price."""
        other = Budget(max_requests=self.max_requests, max_tokens=self.max_tokens, max_cost=self.max_cost,
                       price=price or self.price)
        other._all = self._all
        self._all.append(other)
        return other

    @property
    def left(self) -> bool:
        """Whether another request may be made. Those under way count as made."""
        return not self.why

    @property
    def why(self) -> str:
        """Which limit is reached, with its figure; "" while none is."""
        if self.max_requests is not None:
            requests = sum([max(role.asked, role.spent.requests) for role in self._all])
            if requests >= self.max_requests:
                return f"{requests:,} of {self.max_requests:,} requests"
        if self.max_tokens is not None:
            tokens = sum([role.spent.prompt_tokens + role.spent.completion_tokens for role in self._all])
            if tokens >= self.max_tokens:
                return f"{tokens:,} of {self.max_tokens:,} tokens"
        if self.max_cost is not None:
            cost = sum([role.spent.cost for role in self._all])
            if cost >= self.max_cost:
                return f"{cost:.2f} of {self.max_cost:.2f} cost"
        return ""

    def ask(self) -> None:
        """Counts a request that is about to be made."""
        self.asked += 1

    def spend(self, reply: Reply) -> None:
        """Counts a reply."""
        spent = self.spent
        if reply.cached:
            self.spent = spent._replace(cached=spent.cached + 1)
            return
        prompt, completion = (spent.prompt_tokens + reply.prompt_tokens,
                              spent.completion_tokens + reply.completion_tokens)
        # of the sums, so that no rounding adds up
        cost = (prompt * self.price.prompt + completion * self.price.completion) / 1e6
        self.spent = spent._replace(requests=spent.requests + 1, prompt_tokens=prompt, completion_tokens=completion,
                                    cost=cost, seconds=spent.seconds + reply.seconds)

    def retried(self) -> None:
        self.spent = self.spent._replace(retries=self.spent.retries + 1)
