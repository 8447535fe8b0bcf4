"""Liên Thông: the hub that keeps every partner equal to what the one-stop shop holds."""
