"""The one editor there is: Neovim, behind features/port.py."""
