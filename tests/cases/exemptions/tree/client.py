class Client:
    def fetch(self):
        import requests
    def fetch_all(self):
        import requests
