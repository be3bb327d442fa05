"""Inline completion: from a ticket to ghost text."""
