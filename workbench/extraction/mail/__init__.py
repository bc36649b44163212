"""Messages and what travels with them: EML, MSG, mailboxes, TNEF, calendars and contact cards."""
