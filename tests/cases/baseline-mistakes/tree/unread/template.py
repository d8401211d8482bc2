import {{ package }}
