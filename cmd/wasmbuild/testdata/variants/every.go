package variants

func count(n, m int) {}
