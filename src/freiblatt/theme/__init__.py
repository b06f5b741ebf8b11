"""Whole pages that combine rooms: templates, tokens, base style, components, small modules, error pages."""
