"""Optical character recognition by Tesseract: one page at a time, only where it is needed."""
