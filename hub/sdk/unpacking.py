"""The headers of an answer, and its body unpacked as they say: gzip or deflate, up to a size."""

from __future__ import annotations

import zlib

from hub.sdk.errors import Garbled

MAXIMUM_ANSWER = 64 * 1024 * 1024  # bytes, also of what is unpacked
BOTH_WRAPPINGS, RAW = 32 + zlib.MAX_WBITS, -zlib.MAX_WBITS


class Headers(dict[str, str]):
    """By name in lower case; asked for in any."""

    def __getitem__(self, name: str) -> str:
        """Return the value of a header."""
        return super().__getitem__(name.lower())

    def __contains__(self, name: object) -> bool:
        """Tell whether the header was given."""
        return super().__contains__(str(name).lower())

    def get(self, name: str, default: str | None = None) -> str | None:  # type: ignore[override]  # text only
        """Return the value of a header, else the default."""
        return super().get(name.lower(), default)


def unpacked(content: bytes, headers: Headers) -> bytes:
    """Return the body as it was before it was packed. Raises Garbled."""
    coding = (headers.get("content-encoding") or "").strip().lower()
    if coding not in {"gzip", "x-gzip", "deflate"} or not content:
        return content
    try:
        return _inflated(content, BOTH_WRAPPINGS)
    except zlib.error:
        if coding == "deflate":  # some send it bare
            try:
                return _inflated(content, RAW)
            except zlib.error:
                pass
        raise Garbled("The answer cannot be unpacked.") from None


def _inflated(content: bytes, wrapping: int) -> bytes:
    """Unpack, all members of it; what would grow beyond the limit is not unpacked further."""
    whole = bytearray()
    while content.strip(b"\0"):  # some fill up the end
        unpacker = zlib.decompressobj(wrapping)
        whole += unpacker.decompress(content, MAXIMUM_ANSWER + 1 - len(whole))
        if len(whole) > MAXIMUM_ANSWER:
            raise Garbled("The answer is larger than 64 MiB.")
        if not unpacker.eof:
            raise zlib.error("cut")
        content = unpacker.unused_data
    return bytes(whole)
