"""The life of version files: what there is, replaying what is kept, and what drifts."""
