"""PDF: text page by page, pictures of pages recognised, forms, attachments and tables."""
