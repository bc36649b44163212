"""Colours, type and spacing, in light and dark, without a file from anywhere else."""

from typing import Any

_FONTS = "system-ui, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', 'Helvetica Neue', Arial, sans-serif"


def _theme(primary: str, paper: str, ground: str, *, header: str) -> dict[str, Any]:  # Any: Material UI's theme
    return {
        "palette": {"primary": {"main": primary}, "background": {"paper": paper, "default": ground}},
        "typography": {"fontFamily": _FONTS},
        "shape": {"borderRadius": 8},
        "components": {"MuiAppBar": {"styleOverrides": {"root": {"backgroundColor": header, "color": "#ffffff"}}}},
    }


THEME = {
    "light": _theme("#0f6674", "#ffffff", "#f5f7f8", header="#0f6674"),
    "dark": _theme("#5cc0cf", "#14191c", "#0d1113", header="#123238"),
}
LINE = "1px solid color-mix(in srgb, var(--panel-on-surface-color, #1b2326) 13%, transparent)"

# Colours derive from what Panel sets on the document, so that they follow the theme at once.
SHEET = """
:host {
  --ink: var(--panel-on-surface-color, #1b2326);
  --muted: color-mix(in srgb, var(--ink) 64%, transparent);
  --line: color-mix(in srgb, var(--ink) 13%, transparent);
  --wash: color-mix(in srgb, var(--ink) 4%, transparent);
  --accent: var(--panel-primary-color, #0f6674);
  --good: color-mix(in srgb, #1f9d57 78%, var(--ink));
  --warn: color-mix(in srgb, #d68a00 72%, var(--ink));
  --bad: color-mix(in srgb, #d93a3a 80%, var(--ink));
  color: var(--ink);
  font-size: 14px;
  line-height: 1.5;
}
* { box-sizing: border-box }
h1 { font-size: 26px; font-weight: 650; margin: 0; letter-spacing: -.01em; overflow-wrap: anywhere }
h2 { font-size: 16px; font-weight: 650; margin: 0 0 10px; overflow-wrap: anywhere }
h3 { font-size: 13px; font-weight: 650; margin: 18px 0 6px; color: var(--muted) }
p { margin: 0 0 8px }
a { color: var(--accent); text-decoration: none }
a:hover { text-decoration: underline }
a:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px }
code, pre { font-family: ui-monospace, 'Cascadia Mono', 'DejaVu Sans Mono', 'Liberation Mono', monospace }
code { background: var(--wash); border: 1px solid var(--line); border-radius: 5px; padding: 1px 6px; font-size: 13px }
mark { background: color-mix(in srgb, #ffc93c 45%, transparent); color: inherit; border-radius: 3px; padding: 0 1px }
.muted { color: var(--muted) }
.small { font-size: 12.5px }
.number { font-variant-numeric: tabular-nums; text-align: right; white-space: nowrap }
.any { overflow-wrap: anywhere }
.chip { display: inline-block; border-radius: 99px; padding: 1px 9px; font-size: 12px; font-weight: 550;
  white-space: nowrap; --tone: var(--muted); color: var(--tone);
  background: color-mix(in srgb, var(--tone) 13%, transparent) }
.chip.good { --tone: var(--good) }
.chip.warn { --tone: var(--warn) }
.chip.bad { --tone: var(--bad) }
.chip.busy { --tone: var(--accent) }
.card { border: 1px solid var(--line); border-radius: 12px; padding: 18px 20px; background: var(--panel-surface-color) }
.alert { border-radius: 10px; padding: 11px 16px; border-left: 4px solid var(--warn); overflow-wrap: anywhere;
  background: color-mix(in srgb, var(--warn) 12%, transparent) }
.bar { display: block; height: 4px; border-radius: 2px; background: var(--line); overflow: hidden }
.bar > i { display: block; height: 100%; background: var(--accent) }
"""

OVERVIEW = """
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 14px }
.tile { border: 1px solid var(--line); border-radius: 12px; padding: 14px 16px; display: block; color: inherit;
  min-width: 0 }
a.tile:hover { border-color: var(--accent); text-decoration: none; background: var(--wash) }
.tile b { display: block; font-size: 28px; font-weight: 650; line-height: 1.25; letter-spacing: -.02em;
  font-variant-numeric: tabular-nums; white-space: nowrap }
.tile .name { font-size: 13px; font-weight: 600; color: var(--muted) }
ul { list-style: none; margin: 0; padding: 0 }
li { padding: 9px 0; border-top: 1px solid var(--line) }
li:first-child { border-top: 0; padding-top: 0 }
.line { display: flex; gap: 12px; justify-content: space-between; align-items: baseline }
.line > :first-child { min-width: 0; overflow-wrap: anywhere }
.clamp { display: -webkit-box; -webkit-line-clamp: 2; -webkit-box-orient: vertical; overflow: hidden }
table { width: 100%; border-collapse: collapse }
th { text-align: left; font-size: 12.5px; color: var(--muted); font-weight: 600; padding: 0 12px 8px 0 }
th.number { text-align: right }
td { padding: 9px 12px 9px 0; border-top: 1px solid var(--line); vertical-align: top }
th:last-child, td:last-child { padding-right: 0 }
.begin { max-width: 640px; margin: 6vh auto 0; padding: 28px 32px }
.begin ol { padding-left: 22px; margin: 14px 0 }
.begin li { border: 0; padding: 5px 0; list-style: decimal; display: list-item }
@media (max-width: 1280px) { .tiles { grid-template-columns: repeat(3, minmax(0, 1fr)) } }
@media (max-width: 700px) {
  .tiles { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 10px }
  .tile b { font-size: 22px }
  .wide { display: none }
  .card { padding: 14px 14px }
}
"""

CARD = """
.head { display: flex; gap: 10px; justify-content: space-between; align-items: flex-start }
.head h2 { font-size: 18px; margin: 0 }
.close { flex: none; font-size: 13px; border: 1px solid var(--line); border-radius: 99px; padding: 3px 12px }
.top { display: flex; gap: 14px; margin-top: 14px; align-items: flex-start }
.verdict { border-radius: 12px; background: var(--wash); padding: 14px 16px; flex: 1; min-width: 0 }
.page { width: 112px; height: auto; flex: none; border: 1px solid var(--line); border-radius: 6px; background: #fff }
.verdict .name { font-size: 20px; font-weight: 650 }
.verdict .bar { margin: 8px 0 10px; height: 6px }
.words { display: flex; flex-wrap: wrap; gap: 6px }
.word { border: 1px solid var(--line); border-radius: 8px; padding: 3px 9px; font-size: 13px; max-width: 100%;
  overflow-wrap: anywhere }
.word small { color: var(--muted); white-space: nowrap }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 4px 14px; margin: 0 }
dt { color: var(--muted) }
dd { margin: 0; overflow-wrap: anywhere }
ul { margin: 0; padding: 0; list-style: none }
li { padding: 3px 0; overflow-wrap: anywhere }
pre { white-space: pre-wrap; overflow-wrap: anywhere; margin: 0; padding: 14px 16px; border: 1px solid var(--line);
  border-radius: 12px; font-size: 12.5px; line-height: 1.55; max-height: 440px; overflow-y: auto }
"""

# The list gives way to the card where there is no room for both.
NARROW = 1280
LIST = f"@media (max-width: {NARROW}px) {{ :host(.behind) {{ display: none !important }} }}"
BESIDE = f"""
:host {{ flex: 0 0 470px; min-width: 0; position: sticky; top: 12px; max-height: calc(100vh - 110px); overflow-y: auto;
  border-left: {LINE}; padding-left: 20px }}
@media (max-width: {NARROW}px) {{
  :host {{ flex: 1 1 100%; max-width: 860px; max-height: none; position: static; border-left: 0; padding-left: 0 }}
}}
"""

TABLE = """
.tabulator { background: transparent; border: 0; font-size: 14px }
.tabulator .tabulator-header, .tabulator .tabulator-header .tabulator-col {
  background: transparent; color: var(--muted); font-size: 12.5px; border: 0 }
.tabulator .tabulator-header { border-bottom: 1px solid var(--line) }
.tabulator .tabulator-tableholder, .tabulator .tabulator-tableholder .tabulator-table {
  background: transparent; color: var(--ink) }
.tabulator .tabulator-table .tabulator-row.tabulator-row {
  background: transparent !important; border: 0; border-bottom: 1px solid var(--line); cursor: pointer }
.tabulator .tabulator-table .tabulator-row.tabulator-row:hover { background: var(--wash) !important }
.tabulator .tabulator-table .tabulator-row.tabulator-selected,
.tabulator .tabulator-table .tabulator-row.tabulator-selected:hover {
  background: color-mix(in srgb, var(--accent) 14%, transparent) !important; color: var(--ink) }
.tabulator .tabulator-table .tabulator-row .tabulator-cell {
  border: 0; padding: 9px 10px; vertical-align: top; font-size: 14px; text-overflow: clip }
.tabulator .under { font-size: 12.5px; color: var(--muted); white-space: normal; overflow: hidden;
  overflow-wrap: anywhere; display: -webkit-box; -webkit-line-clamp: 2; -webkit-box-orient: vertical }
.tabulator .title { display: block; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-weight: 550 }
.tabulator .bar { margin-top: 6px; width: 84px }
"""
