"""Word processors, sheets and slides of every maker, read directly."""
