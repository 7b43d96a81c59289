"""What `assent demo` runs: an agent over a make-believe fleet, and a model that works offline."""
