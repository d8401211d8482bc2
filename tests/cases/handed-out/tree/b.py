from app import fetch


def f():
    from a import load
    return load
