"""The command line through the Admin Plane."""
