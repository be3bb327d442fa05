"""The use-cases: what the commands do, told without an editor's or a server's words."""
