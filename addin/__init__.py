"""Excel's buttons: the only place where xlwings is used."""
