"""Taobao and Tmall's open platform (TOP): how it signs, wraps and words its answers."""
