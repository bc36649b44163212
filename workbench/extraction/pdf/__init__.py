"""PDF: text page by page, pictures of pages recognised, forms, attachments and tables.

`reader` is the extractor; `opening`, `pages`, `layer`, `drawing`, `forms`,
`attachments`, `metadata`, `xmp` and `tables` each do one part of its work.
`second` is another engine, for what PDFium cannot open and for writing from
right to left; `salvage` puts cut-off files together again.
"""
