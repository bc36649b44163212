"""Made-up business documents, German and English, in many file formats.

`composing` turns a category, a language and three seeds into a `Letter`; `writers` turn a letter into the
bytes of one format; `collection` and `stream` decide which documents lie where. Nothing here reads the
clock or the environment: the same seed gives the same bytes.
"""
