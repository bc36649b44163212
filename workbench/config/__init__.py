"""The settings: one pydantic model per file in config/, overridden by the environment.

``workbench.yaml`` gives the values, ``WORKBENCH_…`` variables outrank it
(``WORKBENCH_EXTRACTION__OCR=false``), a run's own assignments outrank both,
and secrets come from the environment alone. Only `app` and the doors read
this; rooms receive values.
"""

from workbench.config.loading import load, project_folder
from workbench.config.overriding import changed
from workbench.config.schedules import ScheduleSettings
from workbench.config.settings import ExtractionSettings, Settings, expanded

__all__ = ["ExtractionSettings", "ScheduleSettings", "Settings", "changed", "expanded", "load", "project_folder"]
