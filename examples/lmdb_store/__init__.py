"""A store in an LMDB file: a worked example of a package that brings a store."""
