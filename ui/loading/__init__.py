"""Loading files: from the drop to the data set they are kept in, a step each."""
