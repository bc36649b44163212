"""PDF: text page by page, pictures of pages recognised, forms, attachments and tables.

`reader` is the extractor; `opening`, `pages`, `layer`, `drawing`, `scans`,
`forms`, `attachments`, `associated`, `metadata`, `xmp` and `tables` each do one
part of its work. `repair` and `mending` put damaged files together again, and
`second` is another engine, for what PDFium cannot open and for writing from
right to left.
"""
