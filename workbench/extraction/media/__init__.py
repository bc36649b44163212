"""Sound and film: what their files say about themselves, and a picture of them."""
