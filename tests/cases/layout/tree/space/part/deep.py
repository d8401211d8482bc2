get = 1
