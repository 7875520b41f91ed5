"""What orlop tells without its screen: JSON for programs, plain tables for people."""
