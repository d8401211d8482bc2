# /// script
# dependencies = ["requests<3"]
# ///
print()
