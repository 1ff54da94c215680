"""Real models as participants: requests, endpoints, the cache of replies, budgets. Needs the extra `models`."""
