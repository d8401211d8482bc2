# /// script
# dependencies = ["rich"]
# ///
import rich
import httpx
