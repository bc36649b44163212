"""Running functions in worker processes that may hang, crash or eat memory without hurting anyone else.

Generic: knows nothing of documents. `LocalExecutor` keeps a few processes on
this machine; what came of a task is an `Outcome`, never an exception.
"""

from workbench.executor.local import LocalExecutor
from workbench.executor.outcome import Failure, Outcome

__all__ = ["Failure", "LocalExecutor", "Outcome"]
