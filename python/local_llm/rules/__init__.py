"""How a tool's own text about one of its rules is found: tables and reading, no I/O."""
