"""What is loaded: the first half of the Data page, a question each."""
