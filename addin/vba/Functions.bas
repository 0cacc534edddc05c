Attribute VB_Name = "Functions"
' Worksheet functions: each asks the Python function of the same name in addin.functions (Excel for Windows).
Option Explicit

Public Function HQ_BOOKQTY(ByVal Item As Variant, Optional ByVal Warehouse As Variant) As Variant
    HQ_BOOKQTY = Answer("hq_bookqty", Array(Item, Warehouse))
End Function

Public Function HQ_ITEM(ByVal Item As Variant, Optional ByVal Field As Variant) As Variant
    HQ_ITEM = Answer("hq_item", Array(Item, Field))
End Function

Public Function HQ_AVGPRICE(ByVal Item As Variant, Optional ByVal Warehouse As Variant) As Variant
    HQ_AVGPRICE = Answer("hq_avgprice", Array(Item, Warehouse))
End Function

Public Function HQ_ASSET(ByVal Asset_No As Variant, Optional ByVal Field As Variant) As Variant
    HQ_ASSET = Answer("hq_asset", Array(Asset_No, Field))
End Function

Public Function HQ_WHY(ByVal Row As Variant) As Variant
    HQ_WHY = Answer("hq_why", Array(Row))
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

Public Sub Auto_Open()
    ' The function wizard tells what Excel was told at this start. Where it refuses, the functions work all the same.
    On Error Resume Next
    Describe "HQ_BOOKQTY", Array(Word("HQ.item"), Word("HQ.warehouse"))
    Describe "HQ_ITEM", Array(Word("HQ.item"), Word("HQ.field"))
    Describe "HQ_AVGPRICE", Array(Word("HQ.item"), Word("HQ.warehouse"))
    Describe "HQ_ASSET", Array(Word("HQ.asset_no"), Word("HQ.field"))
    Describe "HQ_WHY", Array(Word("HQ.row"))
End Sub

Private Sub Describe(ByVal Name As String, ByVal Arguments As Variant)
    Application.MacroOptions Macro:="'" & ThisWorkbook.Name & "'!" & Name, Description:=Word(Name), _
        Category:=Word("HQ.category"), ArgumentDescriptions:=Arguments
End Sub
