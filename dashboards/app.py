"""The dashboards as one page with a menu: ``panel serve dashboards/app.py``.

Pages are built when they are first opened. Nothing is loaded from another
machine; what is shown is in the address, so that it can be sent to a colleague.
"""

# mypy: disable-error-code="no-untyped-call, no-any-return, attr-defined"
# Panel's components carry no types, and Page is not among those it names.

from collections.abc import Callable

import panel as pn
import panel_material_ui as pmui
import param

from dashboards import look, people
from dashboards.address import DOCUMENTS, OVERVIEW, Address, read, write
from dashboards.documents import Documents
from dashboards.navigation import Navigator
from dashboards.overview import Overview

MENU = (
    (OVERVIEW, "Overview", "dashboard"),
    (DOCUMENTS, "Documents", "description"),
)


class Session(param.Parameterized):
    """One person's visit: which page is open, and the state of each page."""

    page = param.String(default=OVERVIEW, doc="The open page, by its name in the address.")

    def __init__(self, search: str) -> None:
        super().__init__()
        self._is_led = False
        person = people.current()
        self.overview = Overview(person)
        self.documents = Documents(person)
        self.navigator = Navigator(search=search, width=0, height=0, margin=0)
        self.go(read(search))
        self.navigator.param.watch(lambda event: self.go(read(event.new)), "search")
        self.documents.param.watch(self._tell, ["question", "category", "decision", "part", "document"])
        self.overview.param.watch(self._choose, "chosen", onlychanged=False)
        self.param.watch(self._tell, "page")

    def go(self, address: Address) -> None:
        """Show what an address says; a list's filters stay when it only names another page."""
        self._is_led = True
        if address.page == DOCUMENTS:
            self.documents.param.update(
                question=address.question,
                category=address.category,
                decision=address.decision,
                document=address.document,
            )
            self.documents.part = address.part
        self.page = address.page
        self._is_led = False

    def address(self) -> Address:
        """Where the person is."""
        asked = self.documents
        return Address(
            page=self.page,
            question=asked.question,
            category=asked.category,
            decision=asked.decision,
            part=asked.part,
            document=asked.document,
        )

    def _tell(self, *_: object) -> None:
        # What the browser asked for is in its address already; a second entry would spoil its history.
        if not self._is_led:
            self.navigator.search = write(self.address())

    def _choose(self, event: param.parameterized.Event) -> None:
        self.go(Address(page=DOCUMENTS, category=event.new))
        self._tell()


def serve() -> pn.viewable.Viewable:
    """The page of a new session."""
    location = pn.state.location
    session = Session(location.search if location else "")
    built: dict[str, pn.viewable.Viewable] = {}
    builders: dict[str, Callable[[], pn.viewable.Viewable]] = {
        OVERVIEW: session.overview.panel,
        DOCUMENTS: session.documents.panel,
    }
    fetch = {OVERVIEW: session.overview.refresh, DOCUMENTS: session.documents.refresh}
    main = pn.Column(
        pn.pane.HTML("Looking …", margin=0),
        sizing_mode="stretch_width",
        margin=0,
        styles={"padding": "clamp(12px, 2.2vw, 28px)"},
    )
    menu = pmui.MenuList(
        items=[{"label": title, "icon": icon} for _, title, icon in MENU], dense=False, sizing_mode="stretch_width"
    )
    names = [name for name, _, _ in MENU]

    async def show(name: str) -> None:
        menu.active = names.index(name)
        if name not in built and session.navigator.is_painted:
            # Built with its first answer, all at once: a page that still changes while it is painted loses some of it.
            await fetch[name]()
            built.setdefault(name, builders[name]())
        if name in built and session.page == name:
            main[:] = [built[name]]

    async def begin(_is_painted: bool) -> None:
        await show(session.page)

    def picked(active: int | tuple[int, ...] | None) -> None:
        if active is not None:
            session.page = names[active[0] if isinstance(active, tuple) else active]
            page.sidebar_open = not session.navigator.is_narrow

    def make_room(is_narrow: bool) -> None:
        page.sidebar_open = not is_narrow

    menu.active = names.index(session.page)
    page = pmui.Page(
        title="Document Workbench",
        meta_title="Document Workbench",
        sidebar=[menu],
        sidebar_width=212,
        sidebar_resizable=False,
        main=[main, session.navigator],
        theme_config=look.THEME,
        theme_toggle=True,
    )
    pn.bind(show, session.param.page, watch=True)
    pn.bind(picked, menu.param.active, watch=True)
    pn.bind(begin, session.navigator.param.is_painted, watch=True)
    pn.bind(make_room, session.navigator.param.is_narrow, watch=True)
    return page


if pn.state.served:
    pn.extension("tabulator", notifications=False)
    serve().servable()
