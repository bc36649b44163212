"""The journal: what the database noted of every change, named points in it, and effects outside the catalogue."""
