"""Errors of the standard client."""


class ClientError(Exception):
    pass


def map_error(error: Exception) -> ClientError:
    return ClientError(str(error))
