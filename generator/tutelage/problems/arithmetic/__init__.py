"""Arithmetic in words. Families `word_problem` and `rates`, expression graphs told as stories; `parts`, `units` and
`scores`, lists of numbers to look up and combine."""
