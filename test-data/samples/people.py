"""Made-up persons. Any likeness to a real person is chance: first and last names are drawn independently."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from random import Random

_FIRST = {
    "de": (
        ("Annika", "Birgit", "Claudia", "Dörte", "Elif", "Franziska", "Greta", "Hannelore", "Ines", "Jördis",
         "Katharina", "Lieselotte", "Marlene", "Nadja", "Ottilie", "Ronja", "Selma", "Theresia", "Ute", "Wiebke"),
        ("Anton", "Bernd", "Cem", "Detlef", "Eckhard", "Frieder", "Günther", "Henning", "Ingo", "Jürgen",
         "Knut", "Ludger", "Matthias", "Norbert", "Ottokar", "Rüdiger", "Sönke", "Thorsten", "Uwe", "Volker"),
    ),
    "en": (
        ("Abigail", "Beatrix", "Charlotte", "Deirdre", "Eleanor", "Fiona", "Gemma", "Harriet", "Imogen", "Josephine",
         "Kirsty", "Lavinia", "Margery", "Niamh", "Octavia", "Philippa", "Rosalind", "Siobhan", "Tabitha", "Winifred"),
        ("Alistair", "Barnaby", "Callum", "Desmond", "Edmund", "Fergus", "Graham", "Hamish", "Ivor", "Jeremy",
         "Kenneth", "Lionel", "Malcolm", "Nigel", "Oswald", "Piers", "Rupert", "Sebastian", "Tristan", "Wilfred"),
    ),
}  # fmt: skip
_LAST = {
    "de": ("Ahlers", "Böhmann", "Celikbas", "Dröge", "Eichstädt", "Fährmann", "Größel", "Hölzenbein", "Immenroth",
           "Jansohn", "Käsebier", "Löwenich", "Mühlbrecht", "Nüßlein", "Overkamp", "Pfäfflin", "Rübsam", "Süßmilch",
           "Tönnies-Wald", "Uhlenbrock", "Vößing", "Weißgräber", "Zöllinger", "Brandhoff", "Kortmann", "Ziemssen"),
    "en": ("Abernethy", "Blackthorn", "Cartwheel", "Dunmore", "Eddleston", "Fairweather", "Greenhalgh", "Hartnoll",
           "Inglesby", "Jellicoe", "Kirkbride", "Loxley", "Merriweather", "Nettleship", "Oakeshott", "Pemberley",
           "Quillfeather", "Ravenscroft", "Satterley", "Thistlewood", "Underhay", "Venables", "Wetherby", "Yarrow"),
}  # fmt: skip
_STREETS = {
    "de": ("Am Mühlgraben", "Birkenstieg", "Gänsemarkt", "Hinter den Höfen", "Kastanienallee", "Lange Straße",
           "Obere Gasse", "Rübenkamp", "Schäferweg", "Zur Alten Ziegelei"),
    "en": ("Alder Close", "Brewhouse Lane", "Cobbler's Row", "Dovecote Gardens", "Elm Terrace", "Fuller's Yard",
           "Gooseberry Hill", "Harbour Walk", "Kiln Road", "Mill Race"),
}  # fmt: skip
_TOWNS = {
    "de": ("21899 Altenbrück", "33998 Neuenfehn", "48999 Hohenwerder", "67999 Lindental a. d. Aue",
           "01999 Bärwalde-Süd", "82999 Unterkirching", "99899 Ilmbrück"),
    "en": ("Barrowmere BX4 2QT", "Oakhaven OH1 7LN", "Port Ellery PQ9 3ZD", "Thornwick TX2 5RR",
           "Little Marbury LM6 8JU"),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Person:
    """A name with what letters need to know about its bearer."""

    first: str
    last: str
    is_woman: bool
    language: str

    @property
    def name(self) -> str:
        return f"{self.first} {self.last}"

    @property
    def title(self) -> str:
        if self.language == "de":
            return "Frau" if self.is_woman else "Herr"
        return "Ms" if self.is_woman else "Mr"

    @property
    def greeting(self) -> str:
        if self.language == "de":
            return f"Sehr geehrte Frau {self.last}," if self.is_woman else f"Sehr geehrter Herr {self.last},"
        return f"Dear {self.title} {self.last},"

    @property
    def titled(self) -> str:
        """As the subject of a sentence."""
        return f"{self.title} {self.last}"

    @property
    def oblique(self) -> str:
        """In the other cases: German men gain an n."""
        return f"{'Herrn' if self.title == 'Herr' else self.title} {self.last}"


def mailbox(name: str) -> str:
    """What stands before the at sign, in plain ASCII."""
    plain = name.lower().replace("'", "").replace(" ", ".")
    for umlaut, spelled in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
        plain = plain.replace(umlaut, spelled)
    return unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()


def company_of(count: int, language: str, dice: Random) -> list[Person]:
    """Draw persons with different last names."""
    people = []
    for last in dice.sample(_LAST[language], count):
        is_woman = dice.random() < 0.5
        first = dice.choice(_FIRST[language][0 if is_woman else 1])
        people.append(Person(first=first, last=last, is_woman=is_woman, language=language))
    return people


def home(language: str, dice: Random) -> tuple[str, str]:
    """Draw a private address: street with house number, and town."""
    street, number = dice.choice(_STREETS[language]), dice.randint(1, 148)
    town = dice.choice(_TOWNS[language])
    return (f"{street} {number}" if language == "de" else f"{number} {street}"), town
