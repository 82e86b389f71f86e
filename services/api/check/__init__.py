"""What the whole of it does, one row for each device, way to people and part of our own: is it well, and if not, what to do."""
