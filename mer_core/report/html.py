"""The few pieces a page is put together from. Text given to them is escaped; what is already HTML is an ``Html``."""

import html
from collections.abc import Iterable, Sequence


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


def escaped(text: object) -> Html:
    """As text on a page."""
    return text if isinstance(text, Html) else Html(html.escape(str(text)))


def tag(name: str, *content: object, css: str = "") -> Html:
    """``<name class="css">content</name>``."""
    given = f' class="{html.escape(css)}"' if css else ""
    return Html(f"<{name}{given}>{''.join(escaped(one) for one in content)}</{name}>")


def joined(parts: Iterable[object], between: str = "\n") -> Html:
    """One after the other."""
    return Html(between.join(escaped(one) for one in parts))


def table(
    heads: Sequence[object],
    rows: Iterable[Sequence[object]],
    *,
    caption: object = "",
    best: int | None = None,
) -> Html:
    """A table that scrolls by itself where it is too wide; ``best``: a row that stands out."""
    head = joined((tag("th", one) for one in heads), "")
    lines = [
        tag("tr", *(tag("td", cell) for cell in row), css="best" if number == best else "")
        for number, row in enumerate(rows)
    ]
    said = tag("caption", caption) if caption else Html("")
    return tag("div", tag("table", said, tag("thead", tag("tr", head)), tag("tbody", *lines)), css="wide")


def figure(drawing: str, caption: object = "") -> Html:
    """A drawing with what it shows."""
    return tag("figure", Html(drawing), tag("figcaption", caption) if caption else Html(""))
