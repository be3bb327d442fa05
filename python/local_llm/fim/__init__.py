"""Filling in the middle: model families and the strings they were trained on."""
