"""What the documentation says is what the program does."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import click
import pytest

from schemas.parameters import DEFAULTS
from schemas.register import all_registers
from schemas.texts import READER_TEXTS
from sync import __version__
from sync.cli import COMMANDS, command_named
from sync.config import Config
from sync.open_items import TEXTS as CLOSE_TEXTS

ROOT = Path(__file__).resolve().parents[1]
READMES = [ROOT / "README.md", ROOT / "README.zh-CN.md"]
PAGES = [*READMES, ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
WRITTEN = [page for page in PAGES if page.name not in {"registers.md", "rules.md"}]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
WITHOUT_SHARE = {"demo", "init"}
"""Commands whose own argument names the folder."""
LARGEST_PICTURE = 150_000


def generator() -> ModuleType:
    """Return docs/generate.py as a module."""
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def named(page: Path) -> str:
    """Return the name of a page for the list of tests."""
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path) -> Iterator[tuple[str, str]]:
    """Yield language and content of the fenced blocks of a page."""
    for found in FENCE.finditer(page.read_text(encoding="utf-8")):
        yield found[1], found[2]


def command_lines(text: str) -> Iterator[list[str]]:
    """Yield the words after ``houqin`` of every command in some lines of shell."""
    for line in text.splitlines():
        for part in line.removeprefix("$ ").split("&&"):
            if "houqin" in part:
                words = shlex.split(part, comments=True)
                account = {place + 1 for place, word in enumerate(words) if word == "-u"}
                programs = [
                    place for place, word in enumerate(words) if word == "houqin" or word.endswith("/bin/houqin")
                ]
                called = [place for place in programs if place not in account]
                if called:
                    end = next((place for place, word in enumerate(words) if word in {">>", "2>&1", "|"}), len(words))
                    yield words[called[0] + 1 : end]


def commands_of(page: Path) -> list[list[str]]:
    """Return every ``houqin`` command line of a page, in fenced blocks and in running text."""
    text = page.read_text(encoding="utf-8")
    shell = [content for language, content in blocks(page) if language in {"sh", "console", "text"}]
    found = [words for content in shell for words in command_lines(content)]
    running = FENCE.sub("", text)
    found += [words for code in re.findall(r"`(houqin [^`]+)`", running) for words in command_lines(code)]
    return found


def parse(words: list[str]) -> None:
    """Parse a command line without running it.

    Raises:
        click.ClickException: it would be wrong usage.
    """
    if not words or words[0] in {"--help", "--version"}:
        return
    assert words[0] in COMMANDS, f"houqin {' '.join(words)}"
    if "--help" not in words:
        command_named(words[0]).make_context(words[0], words[1:])


# commands


@pytest.mark.parametrize("page", WRITTEN, ids=named)
def test_command_lines_parse(page: Path) -> None:
    """Every ``houqin …`` in the documentation is a command with options that exist."""
    for words in commands_of(page):
        assert words[0].startswith("-") or words[0] in COMMANDS, words
        if len(words) > 1:
            parse(words)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str) -> None:
    """Every command has help with an example that parses, and takes ``--json``, ``--lang`` and ``--share``."""
    command = command_named(name)
    commands = list(command.commands.values()) if isinstance(command, click.Group) else [command]
    assert command.help
    examples = re.findall(r"Example: (houqin .+)", command.help)
    assert len(examples) == 1
    words = next(command_lines(examples[0]))
    assert words[0] == name
    parse(words)
    wanted = {"--json", "--lang"} | (set() if name in WITHOUT_SHARE else {"--share"})
    for each in commands:
        assert wanted <= {option for parameter in each.params for option in parameter.opts}, each.name


@pytest.mark.parametrize("page", READMES, ids=named)
def test_the_set_up_is_one_line_each(page: Path) -> None:
    """The two set-up commands stand there as they are run, each in one line."""
    lines = page.read_text(encoding="utf-8").splitlines()
    demo = "python3 -m venv .venv && .venv/bin/pip install --quiet . && .venv/bin/houqin demo school"
    tests = (
        "python3 -m venv .venv-test && .venv-test/bin/pip install --quiet --editable '.[test]'"
        " && .venv-test/bin/python -m pytest -n 4 --dist worksteal"
    )
    assert demo in lines
    assert tests in lines


# what is generated and what is named


@pytest.mark.parametrize("name", ["registers.md", "rules.md"])
def test_generated_pages_are_up_to_date(name: str) -> None:
    """docs/registers.md and docs/rules.md are what ``python docs/generate.py`` writes."""
    written = (ROOT / "docs" / name).read_text(encoding="utf-8")
    assert written == generator().PAGES[name](), "run: python docs/generate.py"


def known_codes() -> set[str]:
    """Return every code that a finding or an error can carry."""
    registers = all_registers().values()
    codes = {code.partition(":")[0] for code in READER_TEXTS} | set(generator().errors())
    codes |= {rule.code for register in registers for rule in register.rules()}
    codes |= {register.duplicate_code for register in registers}
    codes |= set(CLOSE_TEXTS)
    return codes | {"UOM-01", "USAGE", "FILE", "INTERRUPTED", "INTERNAL"}


@pytest.mark.parametrize("page", WRITTEN, ids=named)
def test_codes_exist(page: Path) -> None:
    """Every code in the documentation is one that the program can give."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    named_codes = set(re.findall(r"`([A-Z]{2,}(?:-[A-Z0-9]+)+)`", text))
    assert named_codes - known_codes() == set()


def test_codes_in_the_source_have_words() -> None:
    """Every code that the source gives to a finding stands in docs/rules.md."""
    page = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    sources = [path for folder in ("schemas", "workbooks", "sync") for path in (ROOT / folder).rglob("*.py")]
    code = re.compile(r'"((?:DATE|TIME|NUM|QTY|CODE|SHEET|FILE|ROW|COL|IMP|CELL|KEY|REF|UOM|LEDGER)-[A-Z0-9-]+)"')
    used = {found for path in sources for found in code.findall(path.read_text(encoding="utf-8"))}
    assert {each for each in used if f"`{each}`" not in page} == set()


def test_parameters_are_described() -> None:
    """Every parameter stands in docs/rules.md, and every setting of houqin.toml in docs/operations.md."""
    rules = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    assert [name for name in DEFAULTS if f"| `{name}` |" not in rules] == []
    operations = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    told = [name for name in Config.model_fields if f"`{name}`" in operations or f"`[{name}]`" in operations]
    assert told == list(Config.model_fields)


@pytest.mark.parametrize("page", WRITTEN, ids=named)
def test_registers_and_parameters_exist(page: Path) -> None:
    """What a page sets in houqin.toml is a setting that is accepted."""
    for language, content in blocks(page):
        if language == "toml":
            Config.model_validate(tomllib.loads(content))


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_links_lead_somewhere(page: Path) -> None:
    """Every link to a file, and to a heading of the same page, leads somewhere."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    headings = {generator().anchor(heading) for heading in re.findall(r"(?m)^#+ (.+)$", text)}
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith("#"):
            assert target[1:] in headings
        elif "://" not in target:
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", WRITTEN, ids=named)
def test_files_named_exist(page: Path) -> None:
    """Every source file that a page names in code is there."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    for path in re.findall(r"`((?:schemas|workbooks|sync|tests|docs|addin)/[\w/]+\.(?:py|md|html))`", text):
        assert (ROOT / path).is_file(), path


def test_pictures_are_small() -> None:
    """No picture is larger than 150 kB."""
    pictures = list((ROOT / "docs" / "pictures").glob("*.png"))
    assert pictures
    assert [path.name for path in pictures if path.stat().st_size > LARGEST_PICTURE] == []


def project() -> dict[str, object]:
    """Return the project's own table of pyproject.toml."""
    table: dict[str, object] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return table


def test_the_changelog_has_this_version() -> None:
    """The changelog says what is in the version that is installed."""
    assert f"## {__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_every_library_has_its_reason() -> None:
    """docs/design.md says of every library that the program needs what it saves and who keeps it."""
    design = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
    needed = project()["dependencies"]
    assert isinstance(needed, list)
    names = [re.split(r"[><=~ ]", requirement)[0] for requirement in needed]
    assert [name for name in names if f"| {name} |" not in design] == []


# the readme is run


def normal(line: str) -> str:
    """Return a line with one space between words, without what differs from run to run."""
    line = re.sub(r"[0-9a-f]{8,64}…?", "<digest>", line)
    return " ".join(line.split())


def run(words: list[str], folder: Path, variables: dict[str, str]) -> str:
    """Run one command of a session and return what it prints."""
    ours = {name: value for name, value in os.environ.items() if name != "HOUQIN_TODAY"}
    environment = {**ours, "PYTHONPATH": str(ROOT), "HOUQIN_STATE": str(folder / "state"), **variables}
    command = [sys.executable, "-m", "sync.cli", *words]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False, encoding="utf-8")
    assert done.stderr == ""
    return done.stdout


@pytest.mark.parametrize("page", READMES, ids=named)
def test_the_session_is_real(page: Path, tmp_path: Path) -> None:
    """What a README shows is what the program prints, in this order; lines and ends of lines may be left out."""
    variables: dict[str, str] = {}
    printed: Iterator[str] = iter(())
    for language, content in blocks(page):
        for line in content.splitlines() if language == "console" else ():
            if line.startswith("$ export "):
                name, _, value = line.removeprefix("$ export ").partition("=")
                variables[name] = value
            elif line.startswith("$ "):
                words = next(command_lines(line))
                printed = iter(run(words, tmp_path, variables).splitlines())
            elif line != "…":
                wanted = normal(line)
                assert any(normal(each).startswith(wanted) for each in printed), line


def test_the_register_of_the_readme_works(tmp_path: Path) -> None:
    """The register that the README declares is found, has a template, and its rule is judged at its cell."""
    source = next(content for language, content in blocks(ROOT / "README.md") if language == "python")
    (tmp_path / "key_loan.py").write_text(source, encoding="utf-8")
    fill = (
        "import json, sys; from pathlib import Path; from schemas.register import register_of;"
        "from workbooks.template import write_template; r = register_of('key_loan');"
        "row = {'key_no': 'YS001', 'room': 'A-301', 'lent_to': '李明'};"
        "row |= {'lent_on': '2026-11-05', 'back_on': '2026-11-04'};"
        "write_template([r], Path('钥匙.xlsx'), school='青山小学', rows={'key_loan': [row]})"
    )
    environment = {**os.environ, "HOUQIN_REGISTERS": "key_loan", "PYTHONPATH": f"{ROOT}{os.pathsep}{tmp_path}"}
    subprocess.run([sys.executable, "-c", fill], cwd=tmp_path, env=environment, check=True)
    command = [sys.executable, "-m", "sync.cli", "validate", "钥匙.xlsx", "--json"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, check=False, capture_output=True, encoding="utf-8")
    book = json.loads(done.stdout)["workbooks"][0]
    assert [each["id"] for each in book["registers"]] == ["key_loan"]
    assert [(each["code"], each["cell"]) for each in book["findings"]] == [("KEY-BACK", "F4")]
