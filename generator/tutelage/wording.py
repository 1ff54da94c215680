"""Every word that a reader of the data sees comes from `templates/`, through this module.

A template file is a list of sections. A section has a key, perhaps tags, and one wording a line, in Jinja:

    {# templates/teacher/verdict.j2 #}
    [wrong]
    Not quite.
    That isn't it yet.
    [wrong: warm]
    You are close, {{ praise }}, but not there yet.

``[key: warm]`` holds wordings for voices that have the tag *warm*; several tags must all be in the voice. A backslash
at the end of a line continues the wording on a new line of the text. `{{ name | cap }}` starts the name with a capital.

Jinja is the definition. Wordings that use only names, `cap` and `if name` (nearly all) are compiled to Python's
%-formatting instead, which gives the same text forty times faster; a test compares the two over every wording. The
rest runs in Jinja's sandbox with undefined names as errors, so templates from outside are safe.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, MutableSet, Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple, Protocol
from zlib import crc32

from jinja2 import StrictUndefined, TemplateSyntaxError, nodes
from jinja2.exceptions import TemplateRuntimeError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from tutelage.errors import TemplateError

Fields = Mapping[str, str]
Render = Callable[[Fields], str]


class _Random(Protocol):
    def below(self, n: int) -> int: ...


def cap(text: str) -> str:
    """The text with its first letter as a capital: the filter `cap` of the templates."""
    return text[:1].upper() + text[1:]


_ENVIRONMENT = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
_ENVIRONMENT.filters["cap"] = cap
_HEADER = re.compile(r"\[([a-z0-9_.]+)(?::([a-z0-9_ ]+))?\]")
_LIKE_HEADER = re.compile(r"\[[\w.]+ *(:[\w ,]*)?\]")
_FAILURES = (KeyError, TemplateRuntimeError, ArithmeticError, TypeError, ValueError)  # of a wording that is rendered
_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
_NAME = re.compile(r"\{\{ *([A-Za-z_]\w*) *(\| *cap)? *\}\}")
_OTHER = re.compile(r"\{[{%#]|[}%#]\}")
SHARED = "problems/alluded"
_overlay: Path | None = None


def templates_dir() -> Path:
    """The folder of our templates: inside the installed package, or at the top of a checkout."""
    here = Path(__file__).resolve().parent
    installed = here / "templates"
    return installed if installed.is_dir() else here.parent.parent / "templates"


def use_templates(folder: Path | None) -> None:
    """Lets the files of `folder` stand in for ours of the same name (None: ours only). Raises TemplateError."""
    global _overlay
    if folder is not None and not folder.is_dir():
        raise TemplateError(f"templates folder {str(folder)!r} is not a folder; give one that holds .j2 files")
    if folder != _overlay:
        _overlay = folder
        wordings.cache_clear()


def templates_digest() -> str:
    """SHA-256 (hex) over all template files in use: the wording is part of what a dataset is made from."""
    digest = sha256()
    for root in (templates_dir(), *([_overlay] if _overlay else [])):
        for path in sorted(root.rglob("*.j2")):
            digest.update(f"{path.relative_to(root).as_posix()}\n".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


class Wording(NamedTuple):
    """One way of saying a thing: its Jinja source, the tags that a voice must have, where it stands."""

    source: str
    tags: frozenset[str]
    place: str


NOTHING: Mapping[str, tuple[Wording, ...]] = {}


class Wordings:
    """The wordings of one file. `choose` fixes one by a number, `pick` draws one that has not been said yet."""

    def __init__(self, name: str, text: str, shared: Mapping[str, tuple[Wording, ...]] = NOTHING) -> None:
        self.name = name
        self.sections = {**shared, **_sections(name, text)}
        self._renders: dict[tuple[str, int], Render] = {}
        self._plain: dict[str, tuple[tuple[Render, ...], int]] = {}
        self._voiced: dict[tuple[str, frozenset[str]], tuple[tuple[str, Render], ...]] = {}

    def __contains__(self, key: str) -> bool:
        return key in self.sections

    def choose(self, key: str, style: int, fields: Fields) -> str:
        """The wording that the number `style` stands for: a problem's text must be the same whenever it is posed."""
        plain = self._plain.get(key)
        if plain is None:
            renders = tuple([self._compiled(key, index) for index in self._fits(key, frozenset())])
            plain = self._plain[key] = (renders, crc32(key.encode()) >> 2)  # 30 bits: one digit of an int
        renders, salt = plain
        # the prime mixes the bits, so that the keys of one style don't choose in step
        render = renders[(style ^ salt) % 1_000_003 % len(renders)]
        try:
            return render(fields)
        except _FAILURES as error:
            raise self._failure(key, render, fields, error) from error

    def pick(
        self,
        key: str,
        draws: _Random,
        fields: Fields,
        voice: frozenset[str] = frozenset(),
        said: MutableSet[str] | None = None,
    ) -> str:
        """A wording that suits the voice; one that is in `said` only when all are, and it is added there."""
        options = self._voiced.get((key, voice))
        if options is None:
            options = tuple([(f"{self.name}:{key}:{i}", self._compiled(key, i)) for i in self._fits(key, voice)])
            self._voiced[key, voice] = options
        start = draws.below(len(options))
        render = options[start][1]
        if said is not None:
            for turn in range(start, start + len(options)):
                mark, other = options[turn % len(options)]
                if mark not in said:
                    said.add(mark)
                    render = other
                    break
        try:
            return render(fields)
        except _FAILURES as error:
            raise self._failure(key, render, fields, error) from error

    def _fits(self, key: str, voice: frozenset[str]) -> tuple[int, ...]:
        """Indices of the wordings that a voice may use."""
        options = self.sections.get(key)
        if options is None:
            raise TemplateError(f"templates/{self.name}.j2 has no section [{key}]")
        fitting = tuple(i for i, option in enumerate(options) if option.tags <= voice)
        if not fitting:
            raise TemplateError(f"templates/{self.name}.j2: no wording of [{key}] suits {sorted(voice)}")
        return fitting

    def _compiled(self, key: str, index: int) -> Render:
        render = self._renders.get((key, index))
        if render is None:
            render = self._renders[key, index] = compile_wording(self.sections[key][index])
        return render

    def _failure(self, key: str, render: Render, fields: Fields, error: Exception) -> TemplateError:
        index = next(i for (k, i), made in self._renders.items() if k == key and made is render)
        what = f"{error} is missing" if isinstance(error, KeyError) else str(error)
        place = self.sections[key][index].place
        return TemplateError(f"{place} can't be rendered with the fields {sorted(fields)}: {what}")


def _of_family(name: str) -> bool:
    return name.startswith("problems/") and name != SHARED


@cache
def wordings(name: str) -> Wordings:
    """The wordings of `templates/<name>.j2`. Raises TemplateError where the file is missing or malformed.

    The files of the families share the sections of one: what a family's own file doesn't have is taken from there.
    """
    for root in (_overlay, templates_dir()):
        if root is not None and (path := root / f"{name}.j2").is_file():
            try:
                text = path.read_text(encoding="utf-8")
                return Wordings(name, text, wordings(SHARED).sections if _of_family(name) else NOTHING)
            except UnicodeDecodeError as error:
                raise TemplateError(f"{path} is not UTF-8 text: {error}") from error
    raise TemplateError(f"there is no template file {name}.j2 in {templates_dir()}")


def _sections(name: str, text: str) -> dict[str, tuple[Wording, ...]]:
    sections: dict[str, list[Wording]] = {}
    key, tags, pending = "", frozenset[str](), ""
    text = _COMMENT.sub(lambda comment: "\n" * comment[0].count("\n"), text)  # keeps the line numbers
    for number, line in enumerate(text.splitlines(), start=1):
        if not pending and not line.strip():
            continue
        if not pending and (header := _HEADER.fullmatch(line.strip())):
            key, tags = header[1], frozenset((header[2] or "").split())
            sections.setdefault(key, [])
            continue
        if not pending and _LIKE_HEADER.fullmatch(line.strip()):
            raise TemplateError(f"templates/{name}.j2 line {number}: {line.strip()} is no section; write [key] or "
                                "[key: tag tag] with small letters, digits, _ and .")
        if not key:
            raise TemplateError(f"templates/{name}.j2 line {number}: a wording before the first [section]")
        if line.endswith("\\"):
            pending += line[:-1] + "\n"
            continue
        sections[key].append(Wording(pending + line.rstrip(), tags, f"templates/{name}.j2 line {number}"))
        pending = ""
    if pending:
        raise TemplateError(f"templates/{name}.j2: the last wording ends in a backslash, and no line follows")
    return {key: tuple(options) for key, options in sections.items()}


def compile_wording(wording: Wording) -> Render:
    """A function from fields to text that gives what Jinja gives. Raises TemplateError for bad syntax."""
    try:
        if not _OTHER.search(_NAME.sub("", wording.source)):
            return _of_names(wording.source)
        body = _ENVIRONMENT.parse(wording.source).body
        return _fast(body) or _by_jinja(wording.source)
    except TemplateSyntaxError as error:
        raise TemplateError(f"{wording.place}: {error.message}") from error


def _of_names(source: str) -> Render:
    """A wording of names alone, as %-formatting, without asking Jinja to parse it: thirty times quicker to compile."""
    capped = tuple(match[1] for match in _NAME.finditer(source) if match[2])
    pattern = _NAME.sub(lambda m: f"%({m[1]}{'|cap' if m[2] else ''})s", source.replace("%", "%%"))
    return _formatting(pattern, capped)


def _formatting(pattern: str, capped: Sequence[str]) -> Render:
    if not capped:
        return pattern.__mod__
    return lambda fields: pattern % {**fields, **{f"{name}|cap": cap(fields[name]) for name in capped}}


def _by_jinja(source: str) -> Render:
    template = _ENVIRONMENT.from_string(source)
    return lambda fields: template.render(fields)


def _fast(body: Iterable[nodes.Node]) -> Render | None:
    """The body as %-formatting and plain branches, or None where it uses more of Jinja than that."""
    parts: list[Render] = []
    for node in body:
        part = _fast_output(node) if isinstance(node, nodes.Output) else _fast_branch(node)
        if part is None:
            return None
        parts.append(part)
    if len(parts) == 1:
        return parts[0]
    return lambda fields: "".join([part(fields) for part in parts])


def _fast_output(node: nodes.Output) -> Render | None:
    pattern, capped = "", []
    for piece in node.nodes:
        if isinstance(piece, nodes.TemplateData):
            pattern += piece.data.replace("%", "%%")
        elif isinstance(piece, nodes.Name):
            pattern += f"%({piece.name})s"
        elif isinstance(piece, nodes.Filter) and piece.name == "cap" and isinstance(piece.node, nodes.Name):
            pattern += f"%({piece.node.name}|cap)s"
            capped.append(piece.node.name)
        else:
            return None
    return _formatting(pattern, capped)


def _fast_branch(node: nodes.Node) -> Render | None:
    if not (isinstance(node, nodes.If) and isinstance(node.test, nodes.Name) and not node.elif_):
        return None
    name, yes, no = node.test.name, _fast(node.body), _fast(node.else_)
    if yes is None or no is None:
        return None
    return lambda fields: yes(fields) if fields[name] else no(fields)
