"""The Console Plane: the built application of `web-console/`, for those without a web server of their own."""
