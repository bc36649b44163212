"""A folder that everybody may enter, for what only a user without rights can meet."""

from tests.sources.nobody import open_to_all

__all__ = ["open_to_all"]
