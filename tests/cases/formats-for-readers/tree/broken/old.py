# coding: klingon
import requests
