"""Reading the pages that the report writes."""

from __future__ import annotations

from html.parser import HTMLParser

VOID = {"meta", "br", "hr", "img", "link", "input"}


class Page(HTMLParser):
    """Every element with its attributes and its text; a tag that is closed out of turn is an error."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[list[str]] = []
        self._open: list[int] = []
        self.feed(text)
        self.close()
        assert not self._open, f"never closed: {[self.elements[index][0] for index in self._open]}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _ in attrs}) == len(attrs), f"an attribute twice: {tag} {attrs}"
        self.elements.append((tag, dict(attrs)))
        self.texts.append([])
        if tag == "br":
            self.handle_data("\n")
        if tag not in VOID:
            self._open.append(len(self.elements) - 1)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        opened = self.elements[self._open.pop()][0]
        assert opened == tag, f"</{tag}> closes <{opened}>"

    def handle_data(self, data: str) -> None:
        for index in self._open:
            self.texts[index].append(data)

    def texts_of(self, tag: str) -> list[str]:
        return ["".join(texts) for (name, _), texts in zip(self.elements, self.texts, strict=True) if name == tag]

    def attributes(self, name: str) -> list[str]:
        return [value for _, attributes in self.elements if (value := attributes.get(name)) is not None]

    def rows(self) -> list[list[str]]:
        """The cells of each row of all tables."""
        rows: list[list[str]] = []
        for (tag, _), texts in zip(self.elements, self.texts, strict=True):
            if tag == "tr":
                rows.append([])
            elif tag in ("th", "td"):
                rows[-1].append("".join(texts))
        return rows
