"""Notebooks as parameterized programs: found, checked, executed, kept, pruned.

`library` knows which notebooks there are, `parameters` what they take and
whether what was given fits, `execution` runs one through papermill.
Nothing here knows the catalogue; who wants a run record hands in callbacks.
"""

from workbench.notebooks.execution import Executed, execute, prune
from workbench.notebooks.library import Notebook, available, check, find
from workbench.notebooks.parameters import Parameter, read_file

__all__ = ["Executed", "Notebook", "Parameter", "available", "check", "execute", "find", "prune", "read_file"]
