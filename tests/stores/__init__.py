"""Stores: the contract that all of them keep, and what is each one's own."""
