"""What tests of connectors stand on."""
