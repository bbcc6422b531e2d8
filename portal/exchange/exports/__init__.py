"""Files out of the register: asked for, approved by size, made by a worker, taken once (D-9)."""
