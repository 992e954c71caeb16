"""What a connector is worth, tried on the platform in a box that it brings along."""
