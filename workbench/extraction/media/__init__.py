"""Sound and film: what they say about themselves, their subtitles, and what is said in them."""
