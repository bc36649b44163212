"""Text to category: rules, and the cascade that asks them and others in turn.

Import from the modules: `ruleset` and `rulefile` (what a person writes), `rules` (the
classifier), `cascade` (order and verdict), `protocol` (what a classifier is).
"""
