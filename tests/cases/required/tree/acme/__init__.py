"""Only words."""
# and a comment
