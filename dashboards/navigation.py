"""The browser's address bar and history, from Python.

Links that begin with "?" are followed within the session, back and forward
work, and a link opened in a new tab shows the same.
"""

import param
from panel.custom import JSComponent


class Navigator(JSComponent):
    """Keeps `search` and the address bar the same; without imports, so that nothing is fetched."""

    search = param.String(doc="The query of the page's address, with its question mark.")

    _esm = """
export function render({model}) {
  const tell = () => { model.search = window.location.search }
  window.addEventListener("popstate", tell)
  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey) { return }
    const link = event.composedPath().find((node) => node.tagName === "A")
    const target = link && link.getAttribute("href")
    if (!target || !target.startsWith("?")) { return }
    event.preventDefault()
    if (target !== window.location.search) { window.history.pushState({}, "", target) }
    tell()
  })
  model.on("search", () => {
    if (model.search && model.search !== window.location.search) { window.history.pushState({}, "", model.search) }
  })
}
"""
