"""Made-up companies, banks, insurers and authorities.

The IBANs are the ones that public documentation prints as examples, the telephone numbers come from the
ranges that regulators keep free for fiction, the domains are reserved (RFC 2606), and German VAT ids
start with a zero, which the tax office never issues.
"""

from __future__ import annotations

from random import Random

from samples.model import Party

_DE_1, _DE_2, _AT, _CH = (
    "DE89 3704 0044 0532 0130 00",
    "DE75 5121 0800 1245 1261 99",
    "AT61 1904 3002 3457 3201",
    "CH93 0076 2011 6238 5295 7",
)
_GB_1, _GB_2, _IE = "GB29 NWBK 6016 1331 9268 19", "GB82 WEST 1234 5698 7654 32", "IE29 AIBK 9311 5212 3456 78"


def _german(name: str, trade: str, street: str, town: str, number: int, **more: object) -> Party:
    facts: dict[str, object] = {
        "register": f"Amtsgericht {town.split(' ', 1)[1]}, HRB {90000 + 7 * number}",
        "vat_id": f"DE0{41000000 + 137911 * number % 58999999:08d}",
        "bank": "Handelsbank Altenbrück",
        "iban": _DE_1 if number % 2 else _DE_2,
        "bic": "MUSTDEXXXXX",
        "phone": f"+49 30 23125 {100 + number}",
        "style": number % 4,
    }
    return Party(name=name, trade=trade, street=street, town=town, **(facts | more))  # type: ignore[arg-type]  # fields by name


def _british(name: str, trade: str, street: str, town: str, number: int, **more: object) -> Party:
    facts: dict[str, object] = {
        "country": "GB",
        "register": f"Registered in England and Wales, no. 000{1200 + 31 * number}",
        "vat_id": f"GB 000 {1000 + 77 * number} {10 + number}",
        "bank": "Barrowmere Mutual Bank",
        "iban": _GB_1 if number % 2 else _GB_2,
        "bic": "MUSTGBXXXXX",
        "phone": f"+44 20 7946 0{100 + 7 * number}",
        "style": number % 4,
    }
    return Party(name=name, trade=trade, street=street, town=town, **(facts | more))  # type: ignore[arg-type]  # fields by name


GERMAN = (
    _german("Nordlicht Werkzeugbau GmbH", "tools", "Hafenstraße 12", "21899 Altenbrück", 1,
            domain="nordlicht-werkzeugbau.example", tagline="Präzision aus dem Norden",
            directors=("Henning Overkamp", "Dörte Vößing")),
    _german("Müller & Söhne Bürobedarf KG", "office", "Gänsemarkt 4–6", "33998 Neuenfehn", 2,
            domain="mueller-soehne.example", tagline="Papier, Möbel, Service seit 1951",
            directors=("Ludger Mühlbrecht",)),
    _german("Rheingold Datentechnik AG", "it", "Technologiepark 88", "67999 Lindental a. d. Aue", 3,
            domain="rheingold-dt.example", tagline="Rechenzentrum · Netze · Betrieb",
            directors=("Dr. Katharina Löwenich (Vorsitz)", "Cem Uhlenbrock")),
    _german("Spedition Großkopf GmbH & Co. KG", "logistics", "Güterbahnhof 3", "48999 Hohenwerder", 4,
            domain="spedition-grosskopf.example", tagline="Wir bringen's ins Rollen",
            directors=("Detlef Großkopf-Ahlers",)),
    _german("Druckerei Ölmühle eG", "printing", "An der Ölmühle 1", "82999 Unterkirching", 5,
            domain="druckerei-oelmuehle.example", tagline="Genossenschaft für Druck und Medien",
            directors=("Ines Pfäfflin", "Jürgen Süßmilch")),
    _german("Stadtwerke Ilmbrück GmbH", "energy", "Wasserturmplatz 9", "99899 Ilmbrück", 6,
            domain="stadtwerke-ilmbrueck.example", tagline="Strom. Gas. Wasser. Wärme.",
            directors=("Rüdiger Kortmann",)),
    _german("Feinkost Bärenbrück GmbH", "food", "Marktgasse 21", "01999 Bärwalde-Süd", 7,
            domain="feinkost-baerenbrueck.example", tagline="Gutes für Küche und Kantine",
            directors=("Theresia Käsebier",)),
    _german("Weitblick Unternehmensberatung PartG", "consulting", "Kastanienallee 140", "21899 Altenbrück", 8,
            domain="weitblick-beratung.example", tagline="Zuhören. Ordnen. Umsetzen.",
            directors=("Franziska Brandhoff", "Sönke Ziemssen")),
    _german("Alpenwacht Gebäudeservice GmbH", "facility", "Zur Alten Ziegelei 17", "82999 Unterkirching", 9,
            domain="alpenwacht-service.example", tagline="Sauber. Sicher. Zuverlässig.", iban=_AT,
            directors=("Volker Zöllinger",)),
)  # fmt: skip

ENGLISH = (
    _british("Kingfisher Tooling Ltd", "tools", "Unit 7, Foundry Way", "Barrowmere BX4 2QT", 1,
             domain="kingfisher-tooling.example", tagline="Cutting edges since 1978",
             directors=("Malcolm Thistlewood", "Fiona Yarrow")),
    _british("Brightwater Office Supplies plc", "office", "22 Quayside", "Oakhaven OH1 7LN", 2,
             domain="brightwater-office.example", tagline="Everything but the coffee",
             directors=("Harriet Oakeshott",)),
    _british("Larkspur Systems Ltd", "it", "The Old Exchange, Mill Race", "Thornwick TX2 5RR", 3,
             domain="larkspur-systems.example", tagline="Hosting and managed networks",
             directors=("Imogen Ravenscroft", "Hamish Dunmore")),
    _british("Harrow & Finch Haulage Ltd", "logistics", "Dock Road 14", "Port Ellery PQ9 3ZD", 4,
             domain="harrowfinch.example", tagline="From door to door, on time",
             directors=("Desmond Finch-Loxley",)),
    _british("Ballyrowan Print Works", "printing", "3 Abbey Lane", "Ballyrowan, Co. Kilmara", 5, country="IE",
             domain="ballyrowan-print.example", tagline="Ink, paper, patience", iban=_IE, vat_id="IE 0001234XA",
             register="Registered in Ireland, no. 000481", phone="+353 20 910 1234",
             directors=("Niamh Quillfeather", "Fergus Merriweather")),
    _british("Marbury Water and Power Ltd", "energy", "Reservoir House", "Little Marbury LM6 8JU", 6,
             domain="marbury-power.example", tagline="Keeping the lights on", directors=("Winifred Kirkbride",)),
    _british("Copperfield Catering Company Ltd", "food", "5 Butter Cross", "Thornwick TX2 5RR", 7,
             domain="copperfield-catering.example", tagline="Honest food for busy people",
             directors=("Barnaby Pemberley",)),
    _british("Sextant Advisory LLP", "consulting", "One Harbour Walk", "Port Ellery PQ9 3ZD", 8,
             domain="sextant-advisory.example", tagline="Bearings for business",
             directors=("Octavia Nettleship", "Piers Venables")),
)  # fmt: skip

_INSTITUTIONS = {
    ("de", "bank"): (
        _german("Handelsbank Altenbrück AG", "bank", "Börsenplatz 1", "21899 Altenbrück", 21,
                domain="handelsbank.example", directors=("Ottokar Weißgräber",)),
        _german("Genossenschaftskasse Neuenfehn eG", "bank", "Lange Straße 30", "33998 Neuenfehn", 22,
                domain="gk-neuenfehn.example", directors=("Marlene Rübsam",)),
    ),
    ("en", "bank"): (
        _british("Barrowmere Mutual Bank plc", "bank", "1 Assembly Square", "Barrowmere BX4 2QT", 21,
                 domain="barrowmere-mutual.example", directors=("Lionel Eddleston",)),
        _british("Port Ellery Savings Bank", "bank", "80 Dock Road", "Port Ellery PQ9 3ZD", 22,
                 domain="ellery-savings.example", directors=("Rosalind Hartnoll",)),
    ),
    ("de", "insurer"): (
        _german("Leuchtturm Versicherung a. G.", "insurer", "Deichtor 5", "21899 Altenbrück", 23,
                domain="leuchtturm-vers.example", directors=("Eckhard Hölzenbein",)),
        _german("Vierjahreszeiten Versicherungs-AG", "insurer", "Obere Gasse 77", "99899 Ilmbrück", 24,
                domain="vierjahreszeiten-vers.example", directors=("Ute Eichstädt",)),
    ),
    ("en", "insurer"): (
        _british("Breakwater Insurance Society", "insurer", "Lighthouse Court", "Oakhaven OH1 7LN", 23,
                 domain="breakwater-insurance.example", directors=("Edmund Greenhalgh",)),
        _british("Thornwick Provident plc", "insurer", "9 Elm Terrace", "Thornwick TX2 5RR", 24,
                 domain="thornwick-provident.example", directors=("Kirsty Blackthorn",)),
    ),
    ("de", "authority"): (
        Party(name="Finanzamt Altenbrück", trade="authority", street="Behördenweg 2", town="21899 Altenbrück",
              domain="fa-altenbrueck.example", phone="+49 69 90009 210", style=1),
        Party(name="Stadt Ilmbrück – Ordnungsamt", trade="authority", street="Rathausplatz 1", town="99899 Ilmbrück",
              domain="ilmbrueck.example", phone="+49 69 90009 330", style=2),
        Party(name="Industrie- und Gewerbekammer Hohenwerder", trade="authority", street="Kontorhof 11",
              town="48999 Hohenwerder", domain="igk-hohenwerder.example", phone="+49 69 90009 440", style=3),
    ),
    ("en", "authority"): (
        Party(name="Revenue Office Barrowmere", trade="authority", street="Crown Buildings", town="Barrowmere BX4 2QT",
              country="GB", domain="revenue-barrowmere.example", phone="+44 1632 960210", style=1),
        Party(name="Oakhaven Borough Council", trade="authority", street="Town Hall, Quayside",
              town="Oakhaven OH1 7LN", country="GB", domain="oakhaven.example", phone="+44 1632 960330", style=2),
        Party(name="Port Ellery Licensing Board", trade="authority", street="4 Harbour Walk",
              town="Port Ellery PQ9 3ZD", country="GB", domain="ellery-licensing.example", phone="+44 1632 960440"),
    ),
}  # fmt: skip


_SELLS_GOODS = ("tools", "office", "printing", "food")


def company(language: str, dice: Random, *, other_than: Party | None = None, ships: bool = False) -> Party:
    """Draw a commercial company that writes in `language`; with `ships`, one that sells goods rather than services."""
    firms = [firm for firm in (GERMAN if language == "de" else ENGLISH) if firm is not other_than]
    return dice.choice([firm for firm in firms if not ships or firm.trade in _SELLS_GOODS])


def named(beginning: str) -> Party:
    """The company or institution whose name begins so.

    Raises
    ------
    ValueError
        There is none.
    """
    institutions = (party for parties in _INSTITUTIONS.values() for party in parties)
    for firm in (*GERMAN, *ENGLISH, *institutions):
        if firm.name.startswith(beginning):
            return firm
    raise ValueError(f"no company begins with {beginning!r}; see the lists in {__name__}")


def institution(trade: str, language: str, dice: Random) -> Party:
    """Draw a bank, an insurer or an authority."""
    return dice.choice(_INSTITUTIONS[language, trade])
