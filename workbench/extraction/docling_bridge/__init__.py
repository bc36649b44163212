"""docling in its roles: reader of office, web and book formats, of structured PDF, and its models."""
