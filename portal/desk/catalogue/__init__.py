"""The data catalogue to read: its pages, its file, and what the frame's own records mean."""
