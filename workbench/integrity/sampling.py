"""Which blobs a check reads when it is to read a part of them only.

The part is a slice of the space of digests that moves on from day to day by
the golden section, which spreads slices evenly whatever the rhythm of the
checks is: with 5 % a night everything has been read after some five weeks,
and nobody needs to remember what was read last.
"""

import re
from collections.abc import Callable
from datetime import date
from math import sqrt

from workbench.errors import ConfigError
from workbench.records import Digest

_STEP = (sqrt(5) - 1) / 2
_PERCENT = re.compile(r"(\d{1,3}(?:[.,]\d+)?) ?%")


def share(given: float | str) -> float:
    """A share of the whole, given as such or as "5%".

    Raises
    ------
    ConfigError
        It is none, or more than the whole.
    """
    found = _PERCENT.fullmatch(given.strip()) if isinstance(given, str) else None
    if isinstance(given, str) and not found:
        raise ConfigError(f"'{given}' is no share of the blobs; give it as a percentage, for example 5%")
    value = float(found[1].replace(",", ".")) / 100 if found else float(given)
    if not 0 <= value <= 1:
        raise ConfigError(f"a share lies between 0% and 100%, and {given} does not")
    return value


def is_due(part: float, day: date) -> Callable[[Digest], bool]:
    """Return what tells whether a blob is among those that are read on that day."""
    start = (day.toordinal() * _STEP) % 1

    def is_among(digest: Digest) -> bool:
        return part >= 1 or (int(digest[:12], 16) / 16**12 - start) % 1 < part

    return is_among
