"""local-llm.nvim: explain, complete and repair code with a model on your own machine."""

__version__ = "0.1.0"
