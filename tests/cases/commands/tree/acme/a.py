from logging import info as say
from .http import get


async def main():
    lazy = 1
    if lazy: import x.y; from z import *
