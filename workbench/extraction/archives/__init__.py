"""Containers of files: ZIP, 7z, RAR, TAR and single compressed files; unpacking within limits."""
