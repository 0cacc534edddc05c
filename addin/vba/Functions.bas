Attribute VB_Name = "Functions"
' Worksheet functions: each asks the Python function of the same name in addin.functions (Excel for Windows).
Option Explicit

Public Function HQ_BOOKQTY(ByVal Item As Variant, Optional ByVal Warehouse As Variant) As Variant
    HQ_BOOKQTY = Answer("hq_bookqty", Array(Item, Warehouse))
End Function

Public Function HQ_ITEM(ByVal Item As Variant) As Variant
    HQ_ITEM = Answer("hq_item", Array(Item))
End Function

Public Function HQ_AVGPRICE(ByVal Item As Variant, Optional ByVal Warehouse As Variant) As Variant
    HQ_AVGPRICE = Answer("hq_avgprice", Array(Item, Warehouse))
End Function

Public Function HQ_ASSET(ByVal Asset As Variant, Optional ByVal Column As Variant) As Variant
    HQ_ASSET = Answer("hq_asset", Array(Asset, Column))
End Function

Public Function HQ_WHY(ByVal Cell As Variant) As Variant
    HQ_WHY = Answer("hq_why", Array(Cell))
End Function

Private Function Answer(ByVal Question As String, ByVal Arguments As Variant) As Variant
    #If Mac Then
        Answer = CVErr(xlErrNA)
    #Else
        On Error GoTo failed
        Answer = XLPy.CallUDF("addin.functions", Question, Arguments, ActiveWorkbook, Application.Caller)
        Exit Function
failed:
        Answer = Explained(Err.Description)
    #End If
End Function
