from app import http
