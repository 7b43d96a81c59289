"""What rests in Redis, and the scripts that change it."""
