from acme.constants import *


class Client:
    def fetch(self):
        é = 1; import requests
        return é, requests
