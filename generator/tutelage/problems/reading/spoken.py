r"""What of a reply is said to its reader, cut into sentences: without a model's thinking, special tokens, programs.

    >>> spoken("<think>2 a piece?</think>She has **18** dollars left.<|im_end|>")
    'She has **18** dollars left.'
    >>> [sentence.text for sentence in sentences("**Total:** 1.5 kg. Is that right?\n- It's 3 p.m. now")]
    ['**Total:** 1.5 kg.', 'Is that right?', "- It's 3 p.m. now"]

Only the ends of a long text are read (`HEAD` and `TAIL`), so every reply takes bounded time.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from tutelage.problems.reading.needing import holds
from tutelage.problems.reading.replies import TAIL, plain

HEAD = 4_000  # characters read of the beginning of a text that is longer than both together
LONGEST_SENTENCE = 1_500  # characters; of a longer one this much of its end is read
_MOST_SENTENCES = 400

_CLOSE_THOUGHT = re.compile(r"</(?:think|thinking|thought|reasoning|scratchpad)>|<\|end_of_thought\|>|◁/think▷", re.I)
_OPEN_THOUGHT = re.compile(r"<(?:think|thinking|thought|reasoning|scratchpad)>|<\|begin_of_thought\|>|◁think▷", re.I)
_TOKENS = re.compile(
    r"<\|[\w ]{1,40}\|>|</?s>|\[/?INST\]|<(?:end|start)_of_turn>|</?(?:solution|final|response)>",
    re.I,
)
_JSON_ASKS = re.compile(
    r"\"(?:\w*questions?|query|message|clarifications?|asks?)\"\s*:\s*(\"(?:[^\"\\\n]|\\.){1,1000}\"|\[[^\[\]]{1,2000}\])"
)
_STRINGS = re.compile(r"\"((?:[^\"\\\n]|\\.){1,1000})\"")
_INVISIBLE = re.compile(r"[\u200b-\u200f\u2060\ufeff]")
_BLANKS = re.compile(r"[^\S\n]{3,}")  # runs of them would make patterns slow
_QUOTED = re.compile(r"(?<![\w\"])\"[^\"\n]{1,300}\?[^\"\n]{0,100}\"|“[^”\n]{1,300}\?[^”\n]{0,100}”")
_EMPTY_LINES = re.compile(r"\n{3,}")
_BLOCK = re.compile(r"^[ \t]{0,8}(```+|~~~+)[^\n]*\n(.*?)(?:^[ \t]{0,8}\1[ \t]*$|\Z)", re.S | re.M)
# The end of a line, or a sentence's mark with a blank or the end of the text behind it. It starts with a plain set of
# characters because the engine then skips fastest through what lies between.
_END = re.compile(r"[.!?…\n](?:(?<=\n)\s*|(?<!\n)[.!?…]{0,2}[\"'”’)*_\]]{0,4}\s+(?=\S)|(?<=[.!?])\Z)")
_ABBREVIATED = re.compile(
    r"(?:\b(?:mr|mrs|ms|dr|st|prof|vs|no|sq|approx|e\.g|i\.e|etc|ca|eq|fig|sgt|jr|p\.m|a\.m)\.|^\W{0,4}(?:[0-9]{1,2}"
    r"|[A-J])\.)\W*$",
    re.I,
)
_COMPUTED = re.compile(r"=\s*[$€£]?[0-9]")
_INTERROGATIVE = re.compile(r"\b(?:what|which|how|who|when|where|is|are|do|does|can|could|should)\b", re.I)
_BULLET = re.compile(r"[-*•+–]\s")
_NUMBERED = re.compile(r"(?:\*\*)?\(?(?:[0-9]{1,2}|[a-h])[.)]")
_OBJECT = re.compile(r"\s*(?:```\w*\s*)?\{")
_TAGS = "<[◁"  # a mark of a model's own begins with one of these
_MARKED = re.compile(r"(?:[\s>#*_•✅➡️👉☑️✔️]+|[-+–]\s+)+")


class Sentence(NamedTuple):
    """A sentence or a line, and where it starts in what was said."""

    text: str
    start: int
    line: str  # what the line began with: "#" of a heading, "-" or "1." of a list, "|" of a table, else ""
    bare: str  # its words without Markdown before and around them
    asks: bool  # whether it ends with a question mark


@lru_cache(maxsize=8)  # the parts of the judge read one text each for itself
def spoken(text: str) -> str:
    """What is said: behind the last thought that is closed, without special tokens; at most HEAD + TAIL characters.

    A thought that is never closed is all that such a reply has; it is kept, since it may have been cut off.
    """
    tagged = holds(text, _TAGS)
    closed = [match.end() for match in _CLOSE_THOUGHT.finditer(text)] if tagged else []
    if closed:
        text = text[closed[-1] :]
    if len(text) > HEAD + TAIL:
        text = f"{text[:HEAD]}\n{text[-TAIL:]}"
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if tagged:
        text = _TOKENS.sub("", _OPEN_THOUGHT.sub("", text))
    if not text.isascii():
        text = _INVISIBLE.sub("", text).replace("’", "'")
    if "{" in text and _OBJECT.match(text) and (asks := _JSON_ASKS.search(text)) and "?" in asks[1]:
        text = "\n".join(_STRINGS.findall(asks[1]))  # what a call of a tool asks is what is said
    if "?" in text and holds(text, '"“'):
        text = _QUOTED.sub(lambda match: match[0].replace("?", "."), text)  # a question that is quoted is not asked
    if "\n\n\n" in text:
        text = _EMPTY_LINES.sub("\n\n", text)
    if "   " in text or not text.replace("\n", "").isprintable():  # of all blanks only the space is printable
        text = _BLANKS.sub("  ", text)
    return text.strip()


def unfinished(text: str) -> bool:
    """Whether a reply never comes out of its thinking: one is opened, and none is closed."""
    return holds(text, _TAGS) and bool(_OPEN_THOUGHT.search(text)) and not _CLOSE_THOUGHT.search(text)


def without_blocks(said: str) -> str:
    """The text without its fenced blocks; what is left stays in its place."""
    return _BLOCK.sub(lambda match: "\n" * len(match[0]), said) if "```" in said or "~~~" in said else said


def last_block(said: str) -> str:
    """What the last fenced block holds, "" where there is none."""
    blocks = [match[2] for match in _BLOCK.finditer(said)] if "```" in said or "~~~" in said else []
    return blocks[-1].strip() if blocks else ""


@lru_cache(maxsize=8)
def sentences(text: str) -> tuple[Sentence, ...]:
    """The sentences of a text in order; each line of a list or table is one at least. Formulas stay whole."""
    found: list[Sentence] = []
    start, line = 0, True
    for match in [*_END.finditer(text), None]:
        end = start + len(text[start : match.end()].rstrip()) if match else len(text)
        broken = match is None or "\n" in match[0]
        if match and not broken and _goes_on(text, start, end, match):
            continue
        piece = text[start:end].strip()
        if piece:
            mark = _mark(piece) if line else ""
            kept = piece[-LONGEST_SENTENCE:]
            marked = None if kept[0].isalnum() else _MARKED.match(kept)
            bare = (kept[marked.end() :] if marked else kept).strip("*_ \t").replace("**", "").replace("__", "")
            asks = "?" in kept[-12:] and kept.rstrip("*_`\"'”’) \t🙂😊").endswith("?")
            if asks and _COMPUTED.search(kept):  # "so that's 5 × 4 = 20?" states
                asks = bool(_INTERROGATIVE.search(kept))
            found.append(Sentence(kept, end - len(kept), mark, bare, asks))
        start = match.end() if match else end
        line = broken
    return tuple(found[-_MOST_SENTENCES:])


def _goes_on(text: str, start: int, end: int, match: re.Match[str]) -> bool:
    """Whether a sentence that has begun at `start` does not end in a mark on its line, nor where the text does."""
    behind = match.end()
    # "80 sq. ft. of it": what goes on in lower case is the same sentence
    lower = (match[0][0] in ".…" or '"' in match[0]) and text[behind : behind + 1].islower()
    return lower or behind == len(text) or bool(_ABBREVIATED.search(text[max(start, end - 12) : end]))


def _mark(piece: str) -> str:
    first = piece[0]
    if first in "#|":
        return first
    if first in "-*•+–" and _BULLET.match(piece):
        return "-"
    return "1." if first in "*(0123456789abcdefgh" and _NUMBERED.match(piece) else ""


def behind_last(pattern: re.Pattern[str], text: str) -> str:
    """The text behind the last place where a pattern stands; all of it where it stands nowhere."""
    end = 0
    for match in pattern.finditer(text):
        end = match.end()
    return text[end:]


def words(text: str) -> int:
    """How many words a text has, counted at blanks."""
    return len(text.split())


def folded(text: str) -> str:
    """An answer in the form in which texts are compared: plain, lower case, single blanks, no quotes or articles."""
    text = re.sub(r"[\"'“”‘’`]", "", plain(text)).casefold()
    return re.sub(r"^(?:an?|the)\s+", "", " ".join(text.split()))
