import requests


class Client:
    def get(self, url):
        import requests.adapters

        return requests.get(url)
