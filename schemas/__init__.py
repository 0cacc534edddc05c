"""What a register is: columns, keys, rules and their texts; no file, Excel or database library."""
