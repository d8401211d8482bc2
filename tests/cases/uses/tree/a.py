import requests
import urllib3 as u

client = u


class Client:
    http = u

    def fetch(self, requests):
        requests.get("a parameter, not the library")
        return self.http.request("GET", "x")


def send(x: "requests.Response" = None):
    return requests.post("x"), client.request("POST", "x"), getattr(u, "request")


print([u for u in client.pools], u.request_like)
