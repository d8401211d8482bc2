"""Left to do: publishes through a Redis client of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter, WebSocket

if TYPE_CHECKING:
    from redis.asyncio.client import PubSub

router = APIRouter()


class Hub:
    def connect(self) -> PubSub:
        from redis.asyncio import (
            ConnectionPool,
            Redis,  # the pool is shared by all sockets
        )

        return Redis(connection_pool=ConnectionPool()).pubsub()


@router.websocket("/ws")
async def socket(websocket: WebSocket) -> None:
    await websocket.accept()
