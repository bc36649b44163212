"""Signatures of texts: small, comparable, and findable by band.

One kind of signature serves scans and born-digital texts alike: character shingles with
look-alikes folded. Word shingles would be sharper on born-digital text, but a scan would never
meet its born-digital twin, and the sharpness is not needed here: bands only propose, and
`compare` decides with exact shingles of the fitting kind. Kept are the bytes of the MinHash,
little-endian, so that a signature made on one machine can be compared on another.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rensa import RMinHash

from workbench.dedup.shingles import Hashes, character_shingles, count_words, normalise

METHOD = "minhash-c6-128-1"
"""Names how signatures are made. Those of different methods cannot be compared: change it with any constant here."""

PERMUTATIONS = 128
"""The standard error of the estimate is at most .044; 512 bytes a document."""

SEED = 20260303

BANDS = 32
"""32 bands of 4 rows propose a pair with likeness s with probability 1 - (1 - s^4)^32.

That is .87 at .5, .99 at .6 and 1.00 at .7; a scan with 4 % misread letters (likeness .65) is found
in 995 of 1000 cases. Unrelated texts (likeness .1) are proposed 3 times in 1000. Sixteen bands of 8
would find only 395 of those scans.
"""

MIN_WORDS = 20
"""Shorter texts ("Dear all, please see attached. Kind regards") say too little to call two of them one."""

CANDIDATE = 0.4
"""Estimated likeness from which `compare` should look: `NEAR_SCAN` less two and a half standard errors."""

_DTYPE = np.dtype("<u4")


@dataclass(frozen=True, kw_only=True)
class TextSignature:
    """What is kept of a text to find its likes.

    Parameters
    ----------
    digest : 128 unsigned 32-bit integers, little-endian
    method : how it was made; only equal methods compare
    from_ocr : whether the text may hold misread letters, for `compare`
    """

    digest: bytes
    method: str
    from_ocr: bool


def text_signature(text: str, *, from_ocr: bool) -> TextSignature | None:
    """The signature of a text, None where it has fewer than `MIN_WORDS` words or hardly a letter."""
    text = normalise(text)
    if count_words(text, limit=MIN_WORDS) < MIN_WORDS:
        return None
    rows = [_minhash(hashes) for hashes in character_shingles(text) if len(hashes)]
    if not rows:
        return None
    return TextSignature(digest=np.minimum.reduce(rows).tobytes(), method=METHOD, from_ocr=from_ocr)


def bands(signature: bytes) -> tuple[int, ...]:
    """`BANDS` signed 64-bit integers: two texts that share one at the same place are worth comparing."""
    values = np.frombuffer(signature, dtype=_DTYPE).astype(np.uint64).reshape(BANDS, -1)
    with np.errstate(over="ignore"):
        mixed = np.zeros(BANDS, dtype=np.uint64)
        for column in values.T:
            mixed = (mixed ^ column) * np.uint64(0x9E3779B97F4A7C15)
            mixed ^= mixed >> np.uint64(29)
    return tuple(mixed.view(np.int64).tolist())


def similarity(a: bytes, b: bytes) -> float:
    """Estimated share of equal shingles, 0 to 1."""
    return float(similarities(a, [b])[0])


def similarities(a: bytes, others: Sequence[bytes]) -> NDArray[np.float64]:
    """`similarity` of one signature with many, in the order given."""
    if not others:
        return np.empty(0, dtype=np.float64)
    matrix = np.frombuffer(b"".join(others), dtype=_DTYPE).reshape(len(others), PERMUTATIONS)
    equal: NDArray[np.float64] = (matrix == np.frombuffer(a, dtype=_DTYPE)).mean(axis=1)
    return equal


def _minhash(hashes: Hashes) -> NDArray[np.uint32]:
    offsets = np.array([0, len(hashes)], dtype=np.uint64)
    matrix = RMinHash.digest_matrix_from_flat_token_hashes(hashes, offsets, PERMUTATIONS, SEED)
    return np.array(matrix.to_rows()[0], dtype=_DTYPE)
