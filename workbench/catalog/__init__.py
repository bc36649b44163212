"""The catalogue: documents, arrivals, extractions, opinions, labels.

Functions take a `database.Transaction`, so that a caller decides what belongs
together; none of them commits. ``taking``, ``reading``, ``relating`` and
``deciding`` write, each for one station of a document's way; ``browsing``
reads; ``canonical`` answers whether two catalogues are the same.
"""
