"""The codes of the field, one module each: parse, check, and write in the one form the hub keeps."""
