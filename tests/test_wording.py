"""The laws of the words: Jinja is their definition, errors name file and line, templates from outside are harmless."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import StrictUndefined, meta
from jinja2.sandbox import SandboxedEnvironment

from tutelage.draws import stream
from tutelage.errors import TemplateError
from tutelage.problems import FAMILIES
from tutelage.problems.family import Family, all_names
from tutelage.talk.acts import STUDENT_VOICES, TEACHER_VOICES
from tutelage.wording import (
    Wording,
    Wordings,
    cap,
    compile_wording,
    templates_digest,
    templates_dir,
    use_templates,
    wordings,
)

NAMES = sorted(path.relative_to(templates_dir()).with_suffix("").as_posix() for path in templates_dir().rglob("*.j2"))
OF_STUDENTS, OF_TEACHERS = ("doubt", "slot", "mend"), ("point", "rule", "tell")  # sections about a slip
JINJA = SandboxedEnvironment(undefined=StrictUndefined)
JINJA.filters["cap"] = cap
VALUES = ("", "élan 100%", "x", "{{ y }}", "%(a)s %d %%", "two\nlines ", "<&>'\"\\", "3/4")


@pytest.fixture(autouse=True)
def _ours_again() -> Iterator[None]:
    yield
    use_templates(None)


def bank(text: str) -> Wordings:
    return Wordings("made/up", text)


@pytest.mark.parametrize("name", NAMES)
def test_compiled_wordings_say_what_jinja_says(name: str) -> None:
    """Each wording of each file compiles, and gives the text that plain Jinja gives, whatever stands in the fields."""
    draws = random.Random(name)
    for key, options in wordings(name).sections.items():
        assert options, key
        # Jinja takes long to make a template: one for the section
        template = JINJA.from_string("¤".join([option.source for option in options]))
        fields = sorted(set().union(*(meta.find_undeclared_variables(JINJA.parse(o.source)) for o in options)))
        compiled = [compile_wording(option) for option in options]
        for _ in range(4):
            values = {field: draws.choice(VALUES) for field in fields}
            expected = template.render(values).split("¤")
            for option, render, text in zip(options, compiled, expected, strict=True):
                assert render(values) == text, option.place


@pytest.mark.parametrize("source", [
    "plain", "100 % sure, %s and %(x)s", "{{ a }}", "{{ a }}{{ b }}", "{{ a | cap }}, {{ a }}", "{{a}} % {{ b|cap }}",
    "{% if a %}yes {{ b }}{% else %}no{% endif %}!", "{% if a %}{{ a | cap }}{% endif %}", "{% if not a %}x{% endif %}",
    "{% if a %}1{% elif b %}2{% else %}3{% endif %}", "{% if a %}{% if b %}both{% endif %}{% endif %}", "{{ a|upper }}",
    "{% for c in a %}{{ c }}.{% endfor %}", "{{ a ~ b }}", "{{ '{{' }} {{ a }}", "{{ a }}\n\n{{ b }}", "{{ a or b }}",
    "{%- if a -%} x {%- endif %}", "{{ 'word' }} {{ 7 }}", "{# aside #}{{ a }}",
    "%{% if a %}%s {{ b }}{% else %}5 %{% endif %}", "{ {{ a }} } }} {a}", "{{ a}}{{b }}", "{{ a -}}   {{- b }}",
    "{{ a|cap|upper }}", "{{  a  }}",
])
def test_every_shape_of_wording_says_what_jinja_says(source: str) -> None:
    """The compiler's own branches and the way by Jinja agree, for true and false fields, percent signs and braces."""
    compiled = compile_wording(Wording(source, frozenset(), "here"))
    for a in VALUES:
        for b in VALUES:
            fields = {"a": a, "b": b}
            assert compiled(fields) == JINJA.from_string(source).render(fields)


@pytest.mark.parametrize("name", NAMES)
def test_every_voice_has_a_choice(name: str) -> None:
    """At least two wordings fit each voice that may need a section, and a statement's sections fit without a voice."""
    words = wordings(name)
    for key, options in words.sections.items():
        voices = [frozenset[str]()]
        if name.startswith("student/") or key.rpartition(".")[2] in OF_STUDENTS:
            voices = [voice.tags for voice in STUDENT_VOICES]
        elif name.startswith("teacher/") or key.rpartition(".")[2] in OF_TEACHERS:
            voices = [voice.tags for voice in TEACHER_VOICES]
        wanted = 1 if voices == [frozenset()] else 2
        for voice in voices:
            fitting = {option.source for option in options if option.tags <= voice}
            assert len(fitting) >= wanted, f"{name} [{key}] for {sorted(voice)}"


@pytest.mark.parametrize("name", NAMES)
def test_tags_are_those_of_a_voice(name: str) -> None:
    """A tag that no voice has is a slip of the pen: its wordings would never be said."""
    known = {tag for voice in (*STUDENT_VOICES, *TEACHER_VOICES) for tag in voice.tags}
    for key, options in wordings(name).sections.items():
        for option in options:
            assert option.tags <= known, f"{name} [{key}]"


def test_cap() -> None:
    """The filter makes the first letter a capital and leaves the rest as it is."""
    assert [cap(text) for text in ("", "x", "élan VITAL", "the USB port", "3 eggs")] == [
        "", "X", "Élan VITAL", "The USB port", "3 eggs"]


def test_sections_and_continued_lines() -> None:
    """A section may come twice; comments and empty lines don't count; a backslash goes on in the next line."""
    words = bank("{# a comment\nof two lines #}\n\n[one]\nA.\n[two: warm]\nB.\n  \n[one]\nC:\\\n\\\n    d = {{ d }}\n")
    assert [(option.source, option.place) for option in words.sections["one"]] == [
        ("A.", "templates/made/up.j2 line 5"), ("C:\n\n    d = {{ d }}", "templates/made/up.j2 line 12")]
    assert words.sections["two"][0].tags == {"warm"}
    assert "two" in words
    assert "three" not in words


def test_tags_choose() -> None:
    """A wording with tags is for voices that have all of them; one without is for all."""
    words = bank("[k]\nfor all\n[k: warm]\nwarm\n[k: warm formal]\nboth\n")
    said = {voice: {words.pick("k", stream(i), {}, frozenset(voice)) for i in range(60)}
            for voice in ((), ("warm",), ("formal",), ("warm", "formal", "terse"))}
    assert said == {(): {"for all"}, ("warm",): {"for all", "warm"}, ("formal",): {"for all"},
                    ("warm", "formal", "terse"): {"for all", "warm", "both"}}
    assert {words.choose("k", style, {}) for style in range(60)} == {"for all"}


def test_pick_does_not_repeat_until_all_are_used() -> None:
    """With `said`, each fitting wording comes once before one comes again; two sections don't use each other up."""
    lines = [f"wording {i}" for i in range(7)]
    words = bank("[k]\n" + "\n".join(lines) + "\n[other]\n" + "\n".join(lines))
    for seed in range(20):
        draws, said = stream(seed), set[str]()
        picked = [words.pick("k", draws, {}, said=said) for _ in range(10)]
        assert sorted(picked[:7]) == lines
        assert set(picked[7:]) <= set(lines)
        assert sorted(words.pick("other", draws, {}, said=said) for _ in range(7)) == lines
    assert len({words.pick("k", stream(seed), {}) for seed in range(60)}) == 7


def test_choose_is_a_function_that_uses_all_wordings() -> None:
    """A style always chooses the same wording, all wordings are chosen about evenly, and two sections not in step."""
    lines = "\n".join(map(str, range(5)))
    words, again = bank(f"[a]\n{lines}\n[b]\n{lines}"), bank(f"[a]\n{lines}\n[b]\n{lines}")
    styles = [stream(1, i).below(1 << 30) for i in range(2000)]
    pairs = [(words.choose("a", style, {}), words.choose("b", style, {})) for style in styles]
    assert pairs == [(again.choose("a", style, {}), again.choose("b", style, {})) for style in styles]
    assert all(40 < pairs.count((a, b)) < 130 for a in "01234" for b in "01234")


@pytest.mark.parametrize(("text", "line", "what"), [
    ("[k]\nfine\n{{ a", 3, ""), ("[k]\n{% if a %}x", 2, ""), ("[k]\n{{ a | nosuch }}", 2, "nosuch"),
    ("[k]\n{% nosuch %}", 2, "nosuch"), ("{# c #}\nwords\n[k]\nfine", 2, "before the first"),
    ("{#\n\n#}\nwords", 4, "before the first"), ("[k]\nfine\n[Other]\nx", 3, "Other"),
    ("[k]\nx\n[k: Warm, dry]", 3, "Warm"), ("[k]\n[k:]\nx", 2, "k:"), ("[k]\nx {{ a }} {{ b }}", 2, "'b'"),
    ("[k]\n{% if b %}x{% endif %}", 2, "'b'"), ("[k]\n{{ b | cap }}", 2, "'b'"), ("[k]\n{{ b | upper }}", 2, "'b'"),
    ("[k]\n\\\n{{ a ~ b }}", 3, "'b'"),
])
def test_errors_name_file_and_line(text: str, line: int, what: str) -> None:
    """Bad syntax, a wording before the first section, a malformed section and a missing field say where they are."""
    with pytest.raises(TemplateError, match=rf"^templates/made/up\.j2 line {line}\b") as caught:
        say_all(bank(text), {"a": "A"})
    assert what in str(caught.value)
    assert "\n" not in str(caught.value)


def say_all(words: Wordings, fields: dict[str, str]) -> None:
    for key, options in words.sections.items():
        said = set[str]()
        for _ in options:
            words.pick(key, stream(0), fields, said=said)


def test_a_missing_field_is_an_error_however_often_it_was_there() -> None:
    """What was rendered once with all its fields fails like the first time when one of them is missing."""
    for source in ("{{ a }}", "{{ a | upper }}", "{{ a | cap }}", "{% if a %}x{% endif %}"):
        words = bank(f"[k]\n{source}")
        words.choose("k", 1, {"a": "A"})
        words.pick("k", stream(1), {"a": "A"})
        with pytest.raises(TemplateError, match="line 2"):
            words.choose("k", 1, {"b": "B"})
        with pytest.raises(TemplateError, match="line 2"):
            words.pick("k", stream(1), {"b": "B"})


def test_unknown_section_file_and_voice() -> None:
    """A section that isn't there, one without a wording for the voice, and a file that isn't there are named."""
    words = bank("[k: warm]\nx\n[empty]\n")
    with pytest.raises(TemplateError, match=r"templates/made/up\.j2 has no section \[nosuch\]"):
        words.choose("nosuch", 1, {})
    with pytest.raises(TemplateError, match=r"templates/made/up\.j2: no wording of \[k\] suits \['direct'\]"):
        words.pick("k", stream(0), {}, frozenset({"direct"}))
    with pytest.raises(TemplateError, match=r"\[empty\]"):
        words.choose("empty", 1, {})
    with pytest.raises(TemplateError, match=r"no template file problems/nosuch\.j2"):
        wordings("problems/nosuch")
    with pytest.raises(TemplateError, match=r"templates/made/up\.j2: .* ends in a backslash"):
        bank("[k]\nx\ny\\")


@pytest.mark.parametrize("source", [
    "{{ ''.__class__.__mro__ }}", "{{ a.__class__.__base__.__subclasses__() }}", "{{ a | attr('__class__') }}",
    "{{ '{0.__class__}'.format(a) }}", "{{ cycler.__init__.__globals__ }}",
    "{{ lipsum.__globals__['os'].popen('id') }}",
    "{% for i in range(10**9) %}x{% endfor %}", "{{ range(10**9) | list | length }}", "{{ self.__init__ }}",
    "{% include '/etc/passwd' %}", "{% import 'os' as os %}{{ os.getcwd() }}", "{{ 1 / 0 }}", "{{ a + 1 }}",
    "{% set x = [] %}{{ x.append(a) }}",
])
def test_templates_from_outside_are_harmless(source: str, tmp_path: Path) -> None:
    """What reaches for Python's insides, a huge loop, a file or an error ends as one line that names file and line."""
    (tmp_path / "student").mkdir()
    (tmp_path / "student" / "ask.j2").write_text(f"[vague]\n{source}\n", encoding="utf-8")
    use_templates(tmp_path)
    words = wordings("student/ask")
    with pytest.raises(TemplateError, match=r"^templates/student/ask\.j2 line 2[^\n]+$"):
        words.choose("vague", 1, {"a": "A"})
    with pytest.raises(TemplateError, match=r"^templates/student/ask\.j2 line 2[^\n]+$"):
        words.pick("vague", stream(0), {"a": "A"})


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_an_overlay_changes_the_words_and_can_be_undone(family: Family, tmp_path: Path) -> None:
    """A file of the folder stands in for ours of its name, others stay; the digest tells; None undoes it."""
    ours = templates_dir() / "problems" / f"{family.name}.j2"
    text = ours.read_text(encoding="utf-8").splitlines()
    (tmp_path / "problems").mkdir()
    changed = [line + "¤" if line and line[0] not in "[{" and line[-1] not in "\\}" else line for line in text]
    (tmp_path / "problems" / ours.name).write_text("\n".join(changed), encoding="utf-8")

    def words() -> str:
        problem = family.draw(stream(4, "overlay"), 2)
        lines = [step.line for step in family.work(problem).steps]
        return "\n".join([family.state(problem, all_names(problem)), *lines,
                          *(word for q in problem.quantities for word in family.words(problem, q))])

    before, digest = words(), templates_digest()
    elsewhere = wordings("student/ask").choose("vague", 5, {})
    use_templates(tmp_path)
    assert "¤" in words()
    assert templates_digest() != digest
    assert wordings("student/ask").choose("vague", 5, {}) == elsewhere
    use_templates(None)
    assert words() == before
    assert templates_digest() == digest


def test_the_digest_covers_every_file(tmp_path: Path) -> None:
    """A changed letter, another name and another place of the same words are other words; the order on disk is not."""
    digests = [templates_digest()]
    for name, text in (("a.j2", "[k]\nx"), ("a.j2", "[k]\ny"), ("b.j2", "[k]\ny"), ("sub/b.j2", "[k]\ny")):
        folder = tmp_path / str(len(digests))
        (folder / name).parent.mkdir(parents=True)
        (folder / name).write_text(text, encoding="utf-8")
        use_templates(folder)
        digests.append(templates_digest())
    assert len(set(digests)) == len(digests)
    shutil.copytree(folder, tmp_path / "copy")
    use_templates(tmp_path / "copy")
    assert templates_digest() == digests[-1]


def test_the_templates_folder_must_be_one(tmp_path: Path) -> None:
    """A folder that isn't there, and a file in its place, are refused; what was in use stays in use."""
    (tmp_path / "file").write_text("x")
    before = templates_digest()
    for bad in (tmp_path / "nosuch", tmp_path / "file"):
        with pytest.raises(TemplateError, match=str(bad)):
            use_templates(bad)
    assert templates_digest() == before


def test_a_file_that_is_not_text_is_named(tmp_path: Path) -> None:
    """Bytes that are no UTF-8 give one line that names the file."""
    (tmp_path / "student").mkdir()
    (tmp_path / "student" / "ask.j2").write_bytes(b"[vague]\n\xff\xfe\n")
    use_templates(tmp_path)
    with pytest.raises(TemplateError, match=r"student/ask\.j2 is not UTF-8 text"):
        wordings("student/ask")
