"""Already uses the standard client."""

from fastapi import APIRouter

from packages.database.src.redis import redis_client

router = APIRouter()


@router.get("/health")
async def health() -> dict[str, bool]:
    return {"redis": await redis_client.ping()}
