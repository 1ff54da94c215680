"""What a student's whole reply comes to: its one final answer, or its program, as plain text.

    >>> final_answer("12 + 62 = 74.\\n\\n**Answer:** 74 rolls. Is that right?")
    '74 rolls'
    >>> plain("**Answer:** $\\\\boxed{74}$.")
    '74'

An answer stands behind a cue: "Answer:", "the answer is", a LaTeX box, or the "#### 72" of GSM8K. The last
cue counts, so a student may change its mind. Only a reply without any is searched for a last "So … = 74.".
"""

from __future__ import annotations

import re
from functools import lru_cache
from textwrap import dedent

from tutelage.problems.reading.needing import first, holds
from tutelage.problems.reading.numerals import plain_fractions

TAIL = 20_000  # characters: an answer is looked for in the end of a reply, so that no reply can take long
_MOST_CUES = 8
_NUMERIC = "-−$€£.0123456789"

_COLON = re.compile(r"\banswers?\b[*_]{0,3}[ \t]?(?:[:=]|[–—-][ \t])[*_]{0,3}", re.I)
_IS = re.compile(
    r"\banswers?(?:[ \t]\([^()\n]{1,40}\))?(?:[ \t]to[ \t][^.:?!\n]{1,80}?)?[ \t](?:is|are|was|equals|(?:must"
    r"|should|will|would) be)\b:?"
    r"(?![ \t](?:still[ \t])?(?:not|wrong|right|correct|incorrect|clear|unclear|unknown)\b)",
    re.I,
)
_LEAD_IN = re.compile(
    r"so|thus|therefore|hence|and|then|now|my|the|our|a|new|final|correct|revised|here['’]s|here|this|is",
    re.I,
)
_BREAK = re.compile(r"[\n.!?:;,)]")
_SUPPOSED = re.compile(
    r"\b(?:if|whether|suppose|what|until|once)[ \t]+(?:the|my|that|your)?[ \t]*(?:final[ \t])?$", re.I
)
_HASHES = re.compile(r"^####[ \t]*(\S.*)$", re.M)
_HEADING = re.compile(r"^(?:#{1,6}[ \t]|\*\*)[ \t]?(?:final[ \t])?answer(?:\*\*)?[ \t]{0,9}$", re.I | re.M)
BOX = re.compile(r"\\(?:boxed|fbox)[ \t]?\{")
_SENTENCE = re.compile(r"(?<!\bMr)(?<!\bMs)(?<!\bDr)(?<!\bSt)(?<!\bMrs)[.!?](?=[\"'*_)]{0,4}\s+[A-Z])")
_ENUMERATED = re.compile(r"1[.)]\s.*\s2[.)]\s", re.S)
_MORE = re.compile(r"[ \t]*(?:[-*•][ \t]+\S|\w[\w ]{0,30}[=:])")
_BULLET = re.compile(r"^[ \t]*[-*•][ \t]+", re.M)
_REASON = re.compile(r"[,;]?\s(?:because|since)\s.*", re.I | re.S)
_APPEAL = re.compile(
    r"[,.]?\s{0,3}(?:(?:is|am|was)\s(?:that|it|this|i)\s)?(?:right|correct|ok|okay)\s?\?$", re.I
)
_CLOSING = re.compile(
    r"(?:so|therefore|thus|hence)\b,?\s"
    r"(?P<all>[^?]{0,300}?(?:=|\b(?:is|are|equals|costs|gives|makes|takes)\b)\s?"
    r"(?P<last>[-−]?[$€£]?[0-9][0-9.,/]*%?(?:\s[A-Za-z]+){0,3}))",
    re.I,
)
_FENCE = re.compile(r"[ \t]*(`{3,}(?!.*`)|~{3,})[ \t]*([\w+-]*)")

_LATEX = (
    (re.compile(r"\\(?:boxed|fbox|text|textbf|mathrm|mathbf|mbox)\s?\{([^{}]*)\}"), r"\1"),
    (re.compile(r"\\(?:(?:left|right|displaystyle|quad|qquad)(?![A-Za-z])|[()\[\]!,;: ])"), " "),
    (re.compile(r"\\(?:rightarrow|longrightarrow|Rightarrow|to)(?![A-Za-z])"), " → "),
    (re.compile(r"\\pm(?![A-Za-z])\s?"), "±"),
    (re.compile(r"\\approx(?![A-Za-z])"), "≈"),
    (re.compile(r"\\in(?![A-Za-z])"), "∈"),
    (re.compile(r"\\(?:emptyset|varnothing)(?![A-Za-z])"), "∅"),
    (re.compile(r"\\([%$&#_{}])"), r"\1"),
)
_STRONG = re.compile(r"(?<![\w*])(\*{1,3}|__?)(?=[^\s*])([^*\n]{1,500}?)(?<=[^\s*])\1(?![\w*])")
_BLANKS = re.compile(r"[^\S\n]{2,}")
_BREAKS = re.compile(r"\n\s+")
_MARKS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789", "`$€£¥\u200b")
_LABEL = re.compile(r"(?:(?:the|my|so|final|correct) )*answers?[*_ ]*(?:[:=]|is\b|are\b)[*_ ]*", re.I)


def final_answer(text: str) -> str:
    """The answer part of a reply, without markup around it and final period; "" where the reply gives none.

    Behind "Answer:" it runs to the end of the sentence, or where nothing follows on that line, over the next
    one (all of a fenced block; further lines while they go on listing "x = 2").
    """
    text = text[-TAIL:]
    cues = list[int]()
    if (start := first(text, "answer")) >= 0:
        cues += [match.end() for match in _COLON.finditer(text, start) if _leads(text, match.start())]
        cues += [match.end() for match in _IS.finditer(text, start) if not _supposed(text, match.start())]
        cues += [match.end() for match in _HEADING.finditer(text)] if holds(text, ("#", "**")) else []
    if "####" in text:
        cues += [m.start(1) for m in _HASHES.finditer(text) if m[1][0] in _NUMERIC or not text[m.end() :].strip()]
    at, answer = -1, ""
    for at in sorted(cues)[: -_MOST_CUES - 1 : -1]:
        if answer := _behind(text, at):
            break
    # Of "x = \boxed{2}, y = \boxed{3}" behind a cue the whole is the answer, else the last box is.
    boxed = _boxed(text, at if answer else -1)
    if boxed and len(BOX.findall(answer)) < 2:
        return boxed
    return answer or _closing(text)


def program_in(text: str) -> str:
    """The program of a reply: its last fenced block, else the whole text if it starts as a program, else "".

    A block marked as Python goes before unmarked ones, which often show a program's output; an unclosed block
    runs to the end, since a reply may have been cut off.
    """
    blocks: list[tuple[str, str]] = []
    fence, mark, lines = "", "", list[str]()
    for line in [*text.replace("\r\n", "\n").split("\n"), None]:
        if not fence:
            opening = _FENCE.match(line) if line is not None else None
            if opening:
                fence, mark, lines = opening[1], opening[2].lower(), []
        elif line is None or (line.strip().startswith(fence) and not line.strip().strip(fence[0])):
            blocks.append((mark, dedent("\n".join(lines)).strip("\n")))
            fence = ""
        else:
            lines.append(line)
    for marks in ("python", "py", "python3"), ("",):
        if codes := [code for mark, code in blocks if mark in marks and code.strip()]:
            return codes[-1]
    whole = text.strip()
    return whole if not blocks and re.match(r"(?:def|import|from|class|async def)\s+\w|@\w", whole) else ""


@lru_cache(maxsize=32)  # many readers of one answer, and of one sentence, begin with this
def plain(text: str) -> str:
    """An answer less markup, currency, label and period; LaTeX fractions as 37/5, subscripts as digits."""
    if not text.isascii():
        for digit in {c for c in text if c.isdecimal() and not c.isascii()}:
            text = text.replace(digit, str(int(digit)))
    if "\\" in text:
        text = plain_fractions(text)
        for _ in range(2):  # a box may hold a text
            for pattern, new in _LATEX:
                text = pattern.sub(new, text)
        text = plain_fractions(text)
    text = text.replace("{,}", ",")
    if holds(text, "*_"):
        text = _STRONG.sub(r"\2", _STRONG.sub(r"\2", text))
    text = text.translate(_MARKS).strip(" \t\n*_#")
    if "  " in text or not text.isprintable():  # of all blanks only the space is printable
        text = _BLANKS.sub("  ", _BREAKS.sub("\n", text))
    label = _LABEL.match(text)
    return text[label.end() if label else 0 :].strip(" \t\n*_#").rstrip(".,;!? \n…")


def _leads(text: str, at: int) -> bool:
    """Whether "Answer:" opens a line or a sentence, but for words such as "so my final"."""
    before = _BREAK.split(text[max(0, at - 60) : at])[-1]
    return all(_LEAD_IN.fullmatch(word) for word in before.strip(" \t>*_#-").split())


def _supposed(text: str, at: int) -> bool:
    """Whether "the answer is" stands in "if the answer is" or "what the answer is"."""
    return bool(_SUPPOSED.search(text[max(0, at - 40) : at]))


def _behind(text: str, at: int) -> str:
    """The answer that starts behind a cue."""
    line, _, rest = text[at:].partition("\n")
    if not line.strip(" \t*_:"):
        rest = rest.lstrip("\n \t")
        if _FENCE.match(rest):
            return f"```python\n{code}\n```" if (code := program_in(rest)) else ""
        line, _, rest = rest.partition("\n")
    if not _ENUMERATED.match(line.lstrip()):
        end = _SENTENCE.search(line)
        line = line[: end.end()] if end else line
    if _MORE.match(line):
        for more in rest.split("\n"):
            if not _MORE.match(more):
                break
            line += f"\n{more}"
        line = _BULLET.sub("", line)
    return _trim(_REASON.sub("", line))


def _boxed(text: str, after: int) -> str:
    """What the last box behind a place holds; "" where there is none, or its braces don't balance."""
    if "\\" not in text:
        return ""
    boxes = [match.end() for match in BOX.finditer(text) if match.end() > after]
    for start in boxes[: -4 : -1]:
        depth = 1
        for at in range(start, len(text)):
            depth += (text[at] == "{") - (text[at] == "}")
            if depth == 0:
                return _trim(text[start:at])
    return ""


def _closing(text: str) -> str:
    """The number that ends a last sentence such as "So 12 + 62 = 74."; the whole of "So x = 2, y = 3."."""
    lines = text.strip().splitlines() or [""]
    last = re.split(r"(?<=[.!?])\s+", lines[-1].strip("*_ \t"))[-1].rstrip("*_ ")
    match = _CLOSING.fullmatch(last.rstrip(".!"))
    if match is None or last.endswith("?"):
        return ""
    several = len(re.findall("=", match["all"])) > 1 and re.search(r"[,;]|\b(?:and|or)\b", match["all"])
    return _trim(match["all"] if several else match["last"])


def _trim(text: str) -> str:
    text = _APPEAL.sub("", text.strip().strip("*_ \t")).rstrip(" \t.;,").strip("*_ \t").rstrip(".")
    if len(text) > 1 and text[0] == text[-1] and text[0] in "$`":
        text = text[1:-1].strip()
    return text
