"""A module that takes its time to load, as docling does."""

import time

time.sleep(2)
