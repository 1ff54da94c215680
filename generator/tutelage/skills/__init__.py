"""Learning a rulebook by self-play: Challenger, Reasoner, Judge and replay (recipe `skills`)."""
