import requests
text = """never closed
import requests
