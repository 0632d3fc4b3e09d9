"""The SQL store on both of its engines."""
