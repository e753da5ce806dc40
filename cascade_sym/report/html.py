"""HTML elements as text."""

from __future__ import annotations

from html import escape


def element(name: str, /, *content: str, **attributes: str | int | bool | None) -> str:
    """An element with its content, which is HTML already; attributes are escaped, `class_` stands for class.

    An attribute that is None or False is left out, one that is True has no value; `_` in a name becomes `-`.

    >>> element("p", "a &lt; b", class_="note", hidden=True, id=None)
    '<p class="note" hidden>a &lt; b</p>'
    """
    return f"<{name}{_attributes(attributes)}>{''.join(content)}</{name}>"


def void(name: str, /, **attributes: str | int | bool | None) -> str:
    """An element that has no content.

    >>> void("img", alt='a "b"')
    '<img alt="a &quot;b&quot;">'
    """
    return f"<{name}{_attributes(attributes)}>"


def text(plain: object) -> str:
    """Plain text as HTML."""
    return escape(str(plain), quote=False)


def anchor(id: str) -> str:
    """An equation's id as part of an HTML id: letters, digits and dashes, different for different ids.

    >>> anchor("S20.a"), anchor("7'")
    ('S20-a', '7-x27-')
    """
    return "".join(c if c.isascii() and c.isalnum() else "-" if c in ". " else f"-x{ord(c):x}-" for c in id)


def _attributes(attributes: dict[str, str | int | bool | None]) -> str:
    out = ""
    for key, value in attributes.items():
        name = key.rstrip("_").replace("_", "-")
        if value is True:
            out += f" {name}"
        elif value is not None and value is not False:
            out += f' {name}="{escape(str(value))}"'
    return out
