Attribute VB_Name = "Buttons"
' One Sub for each button on the sheets. In Excel the add-in answers, in LibreOffice the library Houqin of the user;
' no Option Explicit: ThisComponent exists in LibreOffice only.

Public Sub check()
    Press "check"
End Sub

Public Sub next_finding()
    Press "next_finding"
End Sub

Public Sub book_quantities()
    Press "book_quantities"
End Sub

Public Sub count_sheet()
    Press "count_sheet"
End Sub

Public Sub reconcile()
    Press "reconcile"
End Sub

Public Sub submit()
    Press "submit"
End Sub

Public Sub status()
    Press "status"
End Sub

Public Sub help_page()
    Press "help_page"
End Sub

Private Sub Press(ByVal Button As String)
    Dim AddIn As Object
    Dim Script As Object
    On Error Resume Next
    ' Only an add-in that is open already: Application.Run would open any houqin.xlam in the current folder.
    Set AddIn = Workbooks("houqin.xlam")
    Set Script = ThisComponent.getScriptProvider().getScript("vnd.sun.star.script:Houqin.Buttons.PressButton?language=Basic&location=application")
    On Error GoTo 0
    If Not AddIn Is Nothing Then
        Application.Run "'" & AddIn.Name & "'!Houqin.PressButton", Button
    ElseIf Not Script Is Nothing Then
        Script.invoke Array(Button), Array(), Array()
    Else
        MsgBox ThisWorkbook.Names("hq_no_addin").RefersToRange.Value, vbExclamation, "Houqin"
    End If
End Sub
