"""The command line: starts the planes and scripts the place."""
