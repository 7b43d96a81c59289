"""The durable work: bring threads' runs on, and show what became of them."""
