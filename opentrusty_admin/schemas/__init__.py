"""What crosses the boundary as JSON, one noun a file."""
