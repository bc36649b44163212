"""The dashboards: what the catalogue holds, seen in a browser.

`app` puts the pages together; every page is a Param class that asks the
workbench (`overview`, `documents`) and pure functions that turn the answer
into something to look at (`overview_view`, `documents_view`). Views never fetch.
"""
