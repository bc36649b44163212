"""Pictures: their recognised text, and what the camera wrote."""
