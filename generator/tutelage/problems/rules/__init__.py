"""Rules that somebody made up: family `rulebook`."""
