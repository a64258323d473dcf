"""Proof: conformance kits for stores and notifiers, situations, strategies. Ships with the package."""
