"""The discussion under an article: threads, comments, tombstones. Reading only; writing comes later."""
