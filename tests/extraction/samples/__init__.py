"""Small files of every format with the words that are in them; made on the spot, by libraries or by hand."""
