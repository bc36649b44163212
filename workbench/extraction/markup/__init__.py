"""HTML, books and XML to text, without running or fetching anything."""
