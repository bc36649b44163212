"""Signatures: the same everywhere, alike for the like, cheap."""

import hashlib
import os
import random
import subprocess
import sys

import pytest

from workbench import dedup

LETTER = """
Sehr geehrte Frau Weißmüller, für die Lieferung vom vergangenen Montag erlauben wir uns, Ihnen folgende Positionen
zu berechnen. Die Ware wurde vollständig und unbeschädigt an der Rampe übernommen. Bitte überweisen Sie den Betrag
ohne Abzug innerhalb von vierzehn Tagen auf das unten angegebene Konto. Für Rückfragen steht Ihnen unsere Buchhaltung
gern zur Verfügung. Wir danken für Ihren Auftrag und freuen uns auf die weitere Zusammenarbeit. Mit freundlichen Grüßen
"""


def sign(text: str, *, from_ocr: bool = False) -> bytes:
    signature = dedup.text_signature(text, from_ocr=from_ocr)
    assert signature is not None
    return signature.digest


def share_a_band(a: bytes, b: bytes) -> bool:
    return any(one == other for one, other in zip(dedup.bands(a), dedup.bands(b), strict=True))


def misread(text: str, *, share: float, seed: int) -> str:
    """The text as a scanner with that error rate would give it."""
    chance = random.Random(seed)
    confused = {"l": "1", "i": "l", "o": "0", "ü": "u", "ä": "a", "ö": "o", "e": "c", "n": "u", "m": "rn"}
    return "".join(
        confused.get(letter, chance.choice("abdeinorstu")) if chance.random() < share else letter for letter in text
    )


def many_letters(count: int) -> list[str]:
    """Letters of different content in one language."""
    chance = random.Random(5)
    words = sorted(set(LETTER.split())) + [f"{a}{b}ung" for a in ("Wert", "Liefer", "Rech", "Zahl") for b in "aeiou"]
    return [" ".join(chance.choices(words, k=300)) for _ in range(count)]


def test_a_short_text_has_no_signature() -> None:
    assert dedup.text_signature("Siehe Anhang. Viele Grüße", from_ocr=False) is None
    assert dedup.text_signature("", from_ocr=False) is None
    assert dedup.text_signature("!!! --- ... " * 50, from_ocr=True) is None


def test_case_white_space_and_hyphenation_do_not_matter() -> None:
    wrapped = LETTER.replace("Buchhaltung", "Buch-\nhaltung").replace(" ", "\n").upper()
    assert dedup.similarity(sign(LETTER), sign(wrapped)) == 1.0


def test_equal_signatures_share_every_band() -> None:
    bands = dedup.bands(sign(LETTER))
    assert len(bands) == 32
    assert all(-(2**63) <= band < 2**63 for band in bands)
    assert bands == dedup.bands(sign(LETTER))


@pytest.mark.parametrize("seed", range(20))
def test_a_scan_meets_its_born_digital_twin(seed: int) -> None:
    """Four letters in a hundred misread, as in a fax."""
    assert share_a_band(sign(LETTER * 2), sign(misread(LETTER * 2, share=0.04, seed=seed), from_ocr=True))


def test_unrelated_letters_rarely_share_a_band() -> None:
    chance = random.Random(3)
    alphabet = "abcdefghijklmnopqrstuvwxyzäöü"
    signatures = [
        sign(" ".join("".join(chance.choices(alphabet, k=chance.randint(3, 9))) for _ in range(300))) for _ in range(30)
    ]
    pairs = [(a, b) for index, a in enumerate(signatures) for b in signatures[:index]]
    assert sum(share_a_band(a, b) for a, b in pairs) == 0


def test_similarities_equal_similarity_one_by_one() -> None:
    signatures = [sign(letter) for letter in many_letters(6)]
    together = dedup.similarities(signatures[0], signatures)
    assert together.tolist() == [dedup.similarity(signatures[0], other) for other in signatures]
    assert dedup.similarities(signatures[0], []).tolist() == []


def test_signatures_do_not_depend_on_the_process() -> None:
    """Two processes with different hash seeds, and a value written down once for all machines."""
    program = (
        "import hashlib, sys; from workbench import dedup;"
        "s = dedup.text_signature(sys.stdin.read(), from_ocr=False);"
        "print(hashlib.sha256(s.digest + repr(dedup.bands(s.digest)).encode()).hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", program],
            input=LETTER,
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"},
        ).stdout.strip()
        for seed in ("1", "2")
    }
    signature = sign(LETTER)
    here = hashlib.sha256(signature + repr(dedup.bands(signature)).encode()).hexdigest()
    assert digests == {here}
    assert here == "35346fc1838e1d08b40bef46687b3873177bcde5d512ca5857797bb8cae90093"


def test_a_text_longer_than_a_chunk_equals_its_parts() -> None:
    """Chunks overlap by what a shingle needs: nothing is lost or invented where they meet."""
    long = " ".join(many_letters(600))
    assert len(long) > 1 << 20
    again = long.replace(" ", "  ")
    assert dedup.similarity(sign(long), sign(again)) == 1.0
