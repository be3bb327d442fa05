"""Prompts as data: one Markdown file each, and the code that fills and assembles them."""
