"""What every plane shares as an HTTP process: requests, bounds, logs, metrics, start and stop. It knows no endpoint."""
