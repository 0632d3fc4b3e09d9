"""Recognising people: what a sign-in still needs, step by step. Works for any web framework, or none."""
