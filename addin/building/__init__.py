"""Excel's add-in and the button workbook, made from text without Excel: equal sources give equal bytes."""
