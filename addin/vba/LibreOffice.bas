Attribute VB_Name = "Buttons"
' LibreOffice Calc: one way from buttons, menus and keys into Python. A Basic library of the user, no VBA.
Option Explicit

Private Const INTERPRETER As String = "%INTERPRETER%"
Private Const PROGRAM As String = "%PROGRAM%"

Global Door As Object
Global PipeName As String

Sub PressButton(Button As String)
    If Not (FileExists(ConvertToURL(INTERPRETER)) And FileExists(ConvertToURL(PROGRAM))) Then
        MsgBox "%MISSING%", 48, "Houqin"
        Exit Sub
    End If
    OpenDoor
    ' Not waited for: Python works on this document, which it could not while Basic holds it.
    Shell ConvertToURL(INTERPRETER), 0, "-B -P -m addin.calc " & Button & " --pipe " & PipeName, False
End Sub

Private Sub OpenDoor
    ' The office listens at a pipe that only this user can open, from the first press until it ends.
    If Not IsNull(Door) Then Exit Sub
    PipeName = "houqin" & Format(Now, "hhmmss") & Int(Rnd * 1000000)
    Door = CreateUnoService("com.sun.star.office.Acceptor")
    Door.initialize(Array("pipe,name=" & PipeName & ";urp;StarOffice.ComponentContext", True))
End Sub

Sub check
    PressButton "check"
End Sub

Sub next_finding
    PressButton "next_finding"
End Sub

Sub book_quantities
    PressButton "book_quantities"
End Sub

Sub count_sheet
    PressButton "count_sheet"
End Sub

Sub reconcile
    PressButton "reconcile"
End Sub

Sub submit
    PressButton "submit"
End Sub

Sub status
    PressButton "status"
End Sub

Sub help_page
    PressButton "help_page"
End Sub
