"""Left to do: still talks to Redis through aioredis."""

import json

import aioredis
from fastapi import APIRouter

router = APIRouter()


@router.get("/campaigns/{key}")
async def campaign(key: str) -> dict:
    redis = await aioredis.from_url("redis://localhost")
    return json.loads(await redis.get(key))
