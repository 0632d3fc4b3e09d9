"""Everything OpenTrusty promises, tested."""
