"""What machines read: Atom, JSON Feed, sitemaps, structured data, robots and security notes."""
