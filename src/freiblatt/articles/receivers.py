"""What the room hears."""
