"""How deep do the elements of a page stand in each other?

Honest pages nest some tens deep. Parsers of HTML look through all open
elements at each tag, so that a hundred thousand of them cost minutes.
"""

import html as entities
import re

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)[^<>]*>")
# These are closed by what follows them, or cannot hold anything.
_CLOSED_ANYWAY = frozenset(
    {"p", "li", "td", "tr", "th", "dd", "dt", "option", "optgroup", "thead", "tbody", "tfoot", "colgroup", "col"}
    | {"br", "hr", "img", "input", "meta", "link", "area", "base", "embed", "param", "source", "track", "wbr"}
)
_UNSEEN = re.compile(r"<!--.*?-->|<(script|style|template|noscript)\b.*?</\1\s*>", re.DOTALL | re.IGNORECASE)
_INLINE = re.compile(
    r"</?(?:a|abbr|b|bdi|bdo|big|cite|code|del|dfn|em|font|i|ins|kbd|mark|q|s|samp|small|span|strong|sub|sup|u|var)\b[^<>]*>",
    re.IGNORECASE,
)


def depth(html: str, *, enough: int) -> int:
    """Return how deep elements are nested, counted no further than `enough`."""
    if html.count("<") <= enough:
        return 0
    deepest = current = 0
    for match in _TAG.finditer(html):
        if match[2].lower() in _CLOSED_ANYWAY:
            continue
        current = current + 1 if not match[1] else max(current - 1, 0)
        if current > deepest:
            deepest = current
            if deepest >= enough:
                break
    return deepest


def without_tags(html: str) -> str:
    """Return the text of a page that no parser should be given."""
    seen = _INLINE.sub("", _UNSEEN.sub(" ", html))
    return entities.unescape(re.sub(r"<[^<>]*>", "\n", seen))
