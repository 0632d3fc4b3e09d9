"""What tests share: databases, servers, a deterministic runtime."""
