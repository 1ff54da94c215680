"""Arithmetic in words: expression graphs told as stories. Families `word_problem` and `rates`; lists of numbers to look up: `parts`, `units`, `scores`."""
