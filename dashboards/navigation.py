"""The browser's address bar and history, from Python.

Links that begin with "?" are followed within the session, back and forward
work, and a link opened in a new tab shows the same.
"""

import param
from panel.custom import JSComponent


class Navigator(JSComponent):
    """Keeps `search` and the address bar the same; without imports, so that nothing is fetched."""

    search = param.String(doc="The query of the page's address, with its question mark.")
    is_painted = param.Boolean(default=False, doc="Whether the browser has painted the page and takes changes.")
    is_narrow = param.Boolean(default=False, doc="Whether the window is as narrow as a telephone's.")

    _esm = """
export function render({model, view}) {
  const narrow = window.matchMedia("(max-width: 599px)")
  const measure = () => { model.is_narrow = narrow.matches }
  narrow.addEventListener("change", measure)
  // What changes before the first paint, some components miss.
  const begin = () => setTimeout(() => { measure(); model.is_painted = true }, 60)
  const page = view.model.document
  if (page.is_idle) { begin() } else { page.idle.connect(begin) }
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
