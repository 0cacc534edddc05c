"""Small XML parts as trees, without entities, without limits to exploit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from workbooks.refusals import corrupt, hostile, too_large

MAX_NODES = 500_000
"""Elements of a part that is held as a tree; a workbook with every style that Excel allows has 200,000."""
MAX_DEPTH = 60
"""Elements inside elements; the deepest honest part (rich comments, drawings) stays below 20."""


@dataclass(slots=True)
class Node:
    """One element: names are local, prefixes and namespaces are dropped (Strict files differ only there)."""

    name: str
    attributes: dict[str, str]
    text: str = ""
    children: list[Node] = field(default_factory=list)

    def named(self, name: str) -> Iterator[Node]:
        """Yield the children of that name."""
        return (child for child in self.children if child.name == name)

    def first(self, name: str) -> Node | None:
        """Return the first child of that name."""
        return next(self.named(name), None)

    def below(self, name: str) -> Iterator[Node]:
        """Yield all descendants of that name in document order."""
        for child in self.children:
            if child.name == name:
                yield child
            yield from child.below(name)


def local(name: str) -> str:
    """Return a name without its prefix: ``x:row`` is ``row``."""
    return name.rpartition(":")[2]


def secure_parser() -> expat.XMLParserType:
    """Return an expat parser that refuses document types, hence entities.

    The parser raises ``RefusedError`` from ``Parse`` where a part has one.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    return parser


def _refuse_doctype(*_: object) -> None:
    raise hostile("XML中含有DOCTYPE或实体", "the XML declares a document type or entities")


class _Builder:
    def __init__(self) -> None:
        self.root = Node("", {})
        self.open = [self.root]
        self.texts: list[list[str]] = [[]]
        self.nodes = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self.open) > MAX_DEPTH:
            raise hostile("XML嵌套过深", "the XML is nested too deeply")
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise too_large("XML元素过多", "the XML has too many elements")
        node = Node(local(name), {local(key): value for key, value in attributes.items()})
        self.open[-1].children.append(node)
        self.open.append(node)
        self.texts.append([])

    def end(self, _name: str) -> None:
        self.open.pop().text = "".join(self.texts.pop())

    def text(self, text: str) -> None:
        self.texts[-1].append(text)


def parse_part(content: bytes) -> Node:
    """Return the root element of a part.

    Raises:
        RefusedError: ``FILE-HOSTILE`` for document types and deep nesting, ``FILE-TOO-LARGE`` for too many
            elements, ``FILE-CORRUPT`` for broken XML.
    """
    builder = _Builder()
    parser = secure_parser()
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.text
    feed(parser, (content,))
    return builder.root.children[0]


def feed(parser: expat.XMLParserType, chunks: Iterable[bytes]) -> None:
    """Run a parser over a whole part.

    Raises:
        RefusedError: ``FILE-CORRUPT`` where the XML is broken, or what the parser's handlers raise.
    """
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise broken_xml(error) from error


def broken_xml(error: Exception) -> Exception:
    """Return the refusal of a part that is not well-formed."""
    return corrupt(f"XML有误（{error}）", f"the XML is broken ({error})")
