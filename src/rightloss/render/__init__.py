"""Findings, advice and reports -> text, JSON, HTML. One renderer for each file."""
