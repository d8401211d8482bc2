import clock
