import requests
import requests


def again():
    import requests


import requests
