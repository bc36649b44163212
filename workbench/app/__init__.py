"""Wiring only: settings in, a live `Workbench` out."""

from workbench.app.workbench import Workbench

__all__ = ["Workbench"]
