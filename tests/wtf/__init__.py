"""Real diagnostics of real tools, and what a person would look up about each."""
