"""Pinduoduo's open platform (POP 拼多多) for shops: one small file per area and shape."""
