"""JD's open platform (JOS 京东宙斯) for POP shops: one small file per area and shape."""
