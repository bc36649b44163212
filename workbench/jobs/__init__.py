"""What joins rooms of one floor, one module per job; each takes the database and records, and nothing of the app."""

from workbench.jobs.notebook import run_notebook

__all__ = ["run_notebook"]
