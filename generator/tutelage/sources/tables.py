from typing import NamedTuple
class Row(NamedTuple):
    number: int
    question: str
    answer: str
