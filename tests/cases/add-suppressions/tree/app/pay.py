import requests
import stripe
