"""Runs the portable models on Apache Spark: docs/decisions/0008-spark-runs-committed-text.md.

Nothing here is needed, or imported, by the dashboard. pyspark is imported where a session is opened.
"""
