"""An invoice as JSON, as it is kept: stable keys, bounded, and without what is empty."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from workbench.extraction.cleaning import clean
from workbench.extraction.invoices.model import Invoice, Line, Payment
from workbench.records import Json

MAX_LINES = 1_000
_MAX_STRING = 4_000
_MAX_ITEMS = 200
_MAX_CHARS = 2_000_000


def as_json(invoice: Invoice) -> Json:
    """Return what the invoice says as JSON; what is asked for most lies at the top as plain strings."""
    values = {key: _dropped(value) for key, value in asdict(replace(invoice, lines=())).items()}
    values["lines"] = _first_lines(invoice.lines)
    for role in ("seller", "buyer"):
        values[f"{role}_party"] = values.pop(role)
        values[role] = clean(getattr(invoice, role).name)[:_MAX_STRING]
    totals = invoice.totals
    values |= {"net_total": totals.net, "tax_total": totals.tax, "grand_total": totals.gross, "due_payable": totals.due}
    account = next((payment for payment in invoice.payments if payment.account), Payment())
    values |= {"iban": account.account, "bic": account.bic, "account_name": account.account_name}
    return {**{key: value for key, value in values.items() if value}, "line_count": len(invoice.lines)}


def _first_lines(lines: tuple[Line, ...]) -> list[Any]:  # Any: JSON
    """Return the first lines, as many as a database keeps without complaint."""
    kept: list[Any] = []
    room = _MAX_CHARS
    for line in lines[:MAX_LINES]:
        values = _dropped(asdict(line))
        room -= len(str(values))
        if room < 0:
            break
        kept.append(values or {})
    return kept


def _dropped(value: Any) -> Any:  # Any: JSON in, JSON out
    """Return a value without its empty parts; None where nothing is left."""
    if isinstance(value, str):
        return clean(value)[:_MAX_STRING] or None
    if isinstance(value, Mapping):
        members = {clean(key)[:_MAX_STRING]: _dropped(item) for key, item in list(value.items())[:_MAX_ITEMS]}
        return {key: item for key, item in members.items() if item is not None and item is not False} or None
    if isinstance(value, list | tuple):
        return [item for item in map(_dropped, value[:_MAX_ITEMS]) if item is not None] or None
    return value
