"""Found by pytest through its entry point; nearly empty, since it loads everywhere."""
