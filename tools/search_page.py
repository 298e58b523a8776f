"""search.html of the site: all sections of all pages, and those first that hold the words one looks for.

The sections and their texts are in the page itself (some 100 kB compressed), and sixty lines of JavaScript go
through all of them: nobody else is asked, and it works from a folder, too, where a browser lets no page read
a file beside it (as the index of pagefind, or of any other library that keeps one, would have to be).
Without JavaScript the page lists the sections.
"""

import json
import re
from html import escape
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import nbformat

__all__ = ["Section", "page", "sections"]

ROOT = Path(__file__).parents[1]
HEADING = re.compile(r"^## +(.+)$", re.M)
MARKUP = (
    (r"<[^>]*>", " "),  # details, summary, b
    (r"!?\[([^\]]*)\]\([^)]*\)", r"\1"),  # a link is its words
    (r"[*`#|>]+|:?-{3,}:?", " "),
    (r"\s+", " "),
)


class Section(NamedTuple):
    heading: str  # "" before the first one of a page
    text: str

    @property
    def anchor(self) -> str:
        """What leads to it on its page, as nbconvert names it; "" is the page's top."""
        return "#" + quote(self.heading.replace(" ", "-")) if self.heading else ""


def sections(nb: nbformat.NotebookNode) -> list[Section]:
    """A notebook's sections: their prose and the code that is shown."""
    found = [("", [], [])]  # heading, prose, code
    for cell in nb.cells:
        if cell.cell_type == "code":
            if "hide-input" not in cell.metadata.get("tags", []):
                found[-1][2].append(cell.source)
            continue
        before, *rest = HEADING.split(cell.source)
        found[-1][1].append(_words(before))
        for heading, text in zip(rest[::2], rest[1::2], strict=True):
            found.append((re.sub(r"[*`]", "", heading).strip(), [_words(text)], []))
    # Prose first: an excerpt is of the first place that has one of the words.
    return [Section(heading, " ".join(" ".join(prose + code).split())) for heading, prose, code in found]


def _words(markdown: str) -> str:
    for pattern, words in MARKUP:
        markdown = re.sub(pattern, words, markdown)
    return markdown


def page(pages: dict[str, tuple[str, list[Section]]]) -> str:
    """The page; `pages`: the address of each page of the site, its title, its sections."""
    links, texts = [], []
    for address, (title, parts) in pages.items():
        for part in parts:
            name = f"{title}: {part.heading}" if part.heading else title
            links.append(f'<li><a href="{escape(address + part.anchor)}">{escape(name)}</a></li>')
            texts.append(part.text)
    filled = {
        "STYLE": (ROOT / "site" / "style.css").read_text(encoding="utf-8"),
        "SECTIONS": "\n".join(links),
        "TEXTS": json.dumps(texts, ensure_ascii=False).replace("<", "\\u003c"),
    }
    frame = (ROOT / "site" / "search.html").read_text(encoding="utf-8")
    return re.sub(r"\{\{(\w+)\}\}", lambda match: filled[match[1]], frame)
